import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { startCloud } from "./cloud.ts";
import { keepRunning } from "./keep-running.ts";
import { serversOf } from "./postgres/cluster.ts";
import { UnexpectedEnd } from "./program.ts";
import { resetHome } from "./reset.ts";

setDefaultTimeout(60_000);

describe("a cloud that mends", () => {
  const home = mkdtempSync(join(tmpdir(), "headroom-mend-test-"));
  const said: string[] = [];
  let cloud: Awaited<ReturnType<typeof startCloud>>;

  beforeAll(async () => {
    cloud = await startCloud({ home, mended: (line) => said.push(line) });
    await ask("DATABASE_URL", "create table kept as select 1 n");
  });

  afterAll(async () => {
    await cloud.stop();
    resetHome(home);
    rmSync(home, { recursive: true });
  });

  async function ask(address: string, statement: string): Promise<unknown> {
    const sql = postgres(cloud.env[address] ?? "", { max: 1, connect_timeout: 2, onnotice: () => undefined });
    try {
      return await sql.unsafe(statement).values();
    } finally {
      await sql.end({ timeout: 1 });
    }
  }

  /** Resolves once the cloud says so often that something runs again. */
  async function untilBack(times: number): Promise<void> {
    for (const begun = Date.now(); said.filter((line) => line.includes("runs again")).length < times; ) {
      if (Date.now() - begun > 30_000) throw new Error(`Not back: ${said.join(" ")}`);
      await Bun.sleep(20);
    }
  }

  async function mended(kill: () => unknown): Promise<string[]> {
    said.length = 0;
    await kill();
    await untilBack(1);
    return said;
  }

  test.each([
    ["redis", "UPSTASH_REDIS_REST_URL"],
    ["qstash", "QSTASH_URL"],
    ["mailbox", "MAILBOX_URL"],
    ["sandbox", "SANDBOX_URL"],
  ] as const)("starts %s again where it was, and says so", async (name, address) => {
    expect((await mended(() => cloud.crash(name)))[0]).toBe(`${name} ended unexpectedly (SIGKILL): starting it again.`);
    expect((await fetch(cloud.env[address] ?? "")).status).toBeLessThan(500);
  });

  test.each([
    ["primary", "DATABASE_URL"],
    ["standby", "DATABASE_REPLICA_URLS"],
  ] as const)("starts PostgreSQL's %s again with all it had committed", async (name, address) => {
    await ask("DATABASE_URL", `insert into kept values (${name === "primary" ? 2 : 3})`);
    const before = (await ask("DATABASE_URL", "select n from kept order by n")) as unknown[];
    const pidFile = join(serversOf(home)[name].data, "postmaster.pid");
    const begun = Date.now();
    const lines = await mended(() => process.kill(Number(readFileSync(pidFile, "utf8").split("\n")[0]), "SIGKILL"));
    expect(lines[0]).toBe(`PostgreSQL's ${name} died: starting it again.`);
    expect(Date.now() - begun).toBeLessThan(20_000);
    await cloud.crash("mailbox"); // others go on being watched meanwhile
    await untilBack(2);
    expect(await ask(address, "select n from kept order by n")).toEqual(before);
  });

  test("starts the program that runs PostgreSQL again, and its servers with it", async () => {
    await mended(() => cloud.crash("postgres"));
    expect(await ask("DATABASE_REPLICA_URLS", "select n from kept where n = 1")).toEqual([[1]]);
  });

  test("stops while it mends, and starts nothing after that", async () => {
    await cloud.crash("sandbox");
    await Promise.all([cloud.crash("qstash"), cloud.stop()]);
    await Bun.sleep(500);
    await expect(fetch(cloud.env.SANDBOX_URL ?? "")).rejects.toThrow();
    await expect(fetch(cloud.env.QSTASH_URL ?? "")).rejects.toThrow();
  });
});

describe("what ends again and again", () => {
  test("is given up after five times within a minute, with its last words", async () => {
    const said: string[] = [];
    let revived = 0;
    const kept = keepRunning(
      {
        ended: () => Promise.reject(new UnexpectedEnd("it ended", "Its last words.")),
        revive: async () => {
          revived++;
        },
      },
      (line) => said.push(line),
    );
    await expect(kept.failed).rejects.toThrow("it ended. Its last words.");
    expect(said.at(-1)).toBe("That was too often within a minute: stopping.");
    expect([revived, said.filter((line) => line === "it ended: starting it again.").length]).toEqual([5, 5]);
  });
});
