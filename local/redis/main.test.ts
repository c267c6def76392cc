import { afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Redis } from "@upstash/redis";
import { engines, hasRedisServer, temporaryHome, token } from "./test-endpoint.ts";

const started: Bun.Subprocess[] = [];
const homes: { home: string; remove(): void }[] = [];
afterEach(async () => {
  for (const child of started.splice(0)) {
    child.kill();
    await child.exited;
  }
  for (const { remove } of homes.splice(0)) remove();
});

function newHome(): string {
  const created = temporaryHome();
  homes.push(created);
  return created.home;
}

async function start(engine: string, home = newHome()) {
  const child = Bun.spawn([process.execPath, "--no-env-file", join(import.meta.dir, "main.ts")], {
    env: { ...Bun.env, PORT: "0", HEADROOM_HOME: home, UPSTASH_REDIS_REST_TOKEN: token, REDIS_ENGINE: engine },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
  });
  started.push(child);
  const { value } = await child.stdout.getReader().read();
  const [, url = "", name = ""] =
    /^READY (http:\/\/127\.0\.0\.1:\d+) engine=(.+)\n$/.exec(Buffer.from(value ?? []).toString()) ?? [];
  const redis = new Redis({ url, token, enableTelemetry: false, enableAutoPipelining: false, retry: { retries: 0 } });
  return { child, redis, name };
}

async function redisPid(redis: Redis): Promise<number> {
  const info = await redis.eval<[], string>("return redis.call('info', 'server')", [], []);
  return Number(/process_id:(\d+)/.exec(info)?.[1]);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("it did not come true within 10 s");
    await Bun.sleep(20);
  }
}

describe.each(engines)("the program with the %s engine", (engine) => {
  test("says where it listens and over what, in one line, and ends on SIGTERM", async () => {
    const { child, redis, name } = await start(engine);
    expect(name).toMatch(engine === "embedded" ? /^embedded$/ : /^redis-server \d+\.\d+$/);
    expect(await redis.ping()).toBe("PONG");
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
  });

  test("ends when its parent's end of stdin closes", async () => {
    const { child } = await start(engine);
    await child.stdin.end();
    expect(await child.exited).toBe(0);
  });
});

describe.skipIf(!hasRedisServer)("the program over redis-server", () => {
  test("takes redis-server with it, and finds the data again at the next start", async () => {
    const home = newHome();
    const first = await start("server", home);
    const pid = await redisPid(first.redis);
    await first.redis.set("kept", "value");
    first.child.kill("SIGTERM");
    await first.child.exited;
    expect(isAlive(pid)).toBe(false);
    const second = await start("server", home);
    expect(await second.redis.get<string>("kept")).toBe("value");
  });

  test("leaves no redis-server behind when it is killed, and the next start on that home waits for its end", async () => {
    const home = newHome();
    const first = await start("server", home);
    const pid = await redisPid(first.redis);
    await first.redis.set("kept", "value");
    first.child.kill("SIGKILL");
    await first.child.exited;
    const second = await start("server", home);
    expect(await second.redis.get<string>("kept")).toBe("value");
    expect(isAlive(pid)).toBe(false);
  });

  test("answers errors in JSON while redis-server is away, starts it again and has its data", async () => {
    const { redis } = await start("server");
    await redis.set("kept", "value");
    await Bun.sleep(1_500); // the append-only file reaches the disk every second
    process.kill(await redisPid(redis), "SIGKILL");
    const errors: string[] = [];
    await eventually(async () => {
      const answer = await redis.get<string>("kept").catch((error: Error) => {
        errors.push(error.name);
        return undefined;
      });
      return errors.length > 0 && answer === "value";
    });
    expect(new Set(errors)).toEqual(new Set(["UpstashError"]));
  }, 20_000);
});
