import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { startEmbeddedEngine } from "./embedded/embedded-engine.ts";
import { randomCommand, seeded } from "./random-commands.ts";
import { type Command, isFailure, type Reply } from "./reply.ts";
import { startServerEngine } from "./server-engine.ts";
import { temporaryHome } from "./test-endpoint.ts";

const defaultSeed = 20261124;
const commandCount = 10_000;
const binary = Bun.which("redis-server");

test.skipIf(binary === null)(
  "10,000 random commands get the same answers from the embedded engine as from redis-server",
  async () => {
    const seed = Number(Bun.env.REDIS_DIFFERENCE_SEED ?? defaultSeed);
    console.log(`seed ${seed} (REDIS_DIFFERENCE_SEED sets another)`);
    const random = seeded(seed);
    const { home, remove } = temporaryHome();
    const server = await startServerEngine(binary ?? "", home);
    const embedded = startEmbeddedEngine();
    let refused = 0;
    for (let done = 0; done < commandCount; done += 50) {
      const commands = Array.from({ length: 50 }, () => randomCommand(random, sha1));
      const [expected, answered] = await Promise.all([server.run(commands), embedded.run(commands)]);
      for (const [index, command] of commands.entries()) {
        const [real, ours] = [expected[index] ?? null, answered[index] ?? null];
        if (isFailure(real)) refused++;
        expect({ nr: done + index, command, reply: comparable(command, ours, real) }).toEqual({
          nr: done + index,
          command,
          reply: comparable(command, real, real),
        });
      }
    }
    expect(refused).toBeGreaterThan(commandCount / 10); // errors were compared too,
    expect(refused).toBeLessThan(commandCount / 2); // and most commands did something
    await Promise.all([server.stop(), embedded.stop()]);
    remove();
  },
  60_000,
);

function sha1(script: string): string {
  return createHash("sha1").update(script).digest("hex");
}

/** What may differ: the order within a hash, a set and the keys; the clock; the compiler's own words. */
function comparable(command: Command, reply: Reply, real: Reply): unknown {
  const name = command[0]?.toLowerCase();
  if (isFailure(reply)) return reply.error.replace(/(Error compiling script \(new function\)):.*/, "$1");
  if (name === "time" && Array.isArray(reply)) return reply.length;
  if (name === "ttl") return isClose(reply, real, 1) ? real : reply;
  if (name === "pttl") return isClose(reply, real, 1_000) ? real : reply;
  if (!Array.isArray(reply)) return reply;
  if (name === "smembers" || name === "keys") return reply.toSorted();
  if (name === "hgetall") return reply.flatMap((field, at) => (at % 2 ? [] : [`${field}=${reply[at + 1]}`])).toSorted();
  return reply;
}

function isClose(reply: Reply, real: Reply, tolerance: number): boolean {
  return typeof reply === "number" && typeof real === "number" && real > 0 && Math.abs(reply - real) <= tolerance;
}
