import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { startCloud } from "./cloud.ts";
import { readEnvFile, writeEnvFile } from "./env-file.ts";
import { takeHome } from "./home-lock.ts";
import { resetHome } from "./reset.ts";

setDefaultTimeout(90_000);

const home = mkdtempSync(join(tmpdir(), "headroom-cloud-test-"));
let cloud: Awaited<ReturnType<typeof startCloud>>;

beforeAll(async () => {
  cloud = await startCloud({ home });
});

afterAll(async () => {
  await cloud.stop();
  resetHome(home);
  rmSync(home, { recursive: true });
});

function startWith(env: Record<string, string>, ...options: string[]) {
  const command = [process.execPath, "--no-env-file", join(import.meta.dir, "start.ts"), ...options];
  return Bun.spawn(command, {
    env: { PATH: Bun.env.PATH, HEADROOM_HOME: home, PORT: "0", ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
}

describe("the embedded cloud", () => {
  test("names every address and secret the application needs, and each address answers", async () => {
    const names = `HEADROOM_MODE DATABASE_URL DATABASE_REPLICA_URLS PRIMARY_ADMIN_URL STANDBY_ADMIN_URL
      UPSTASH_REDIS_REST_URL UPSTASH_REDIS_REST_TOKEN QSTASH_URL QSTASH_TOKEN QSTASH_CURRENT_SIGNING_KEY
      QSTASH_NEXT_SIGNING_KEY MAILBOX_URL SANDBOX_URL SANDBOX_WEBHOOK_SECRET METRICS_TOKEN ADMIN_EMAIL ADMIN_PASSWORD`;
    expect(Object.keys(cloud.env)).toEqual(expect.arrayContaining(names.split(/\s+/)));
    for (const name of ["UPSTASH_REDIS_REST_URL", "QSTASH_URL", "MAILBOX_URL", "SANDBOX_URL"]) {
      expect((await fetch(cloud.env[name] ?? "")).status).toBeLessThan(500);
    }
  });

  test("names the part that ends unexpectedly, stops in full, and keeps its secrets when it starts again", async () => {
    const before = cloud.env;
    writeEnvFile(join(home, "env"), before);
    expect(statSync(join(home, "env")).mode & 0o777).toBe(0o600);
    await cloud.crash("mailbox");
    await expect(cloud.failed).rejects.toThrow("mailbox ended unexpectedly (SIGKILL)");

    await cloud.stop();
    expect(existsSync(join(home, "postgres/primary/postmaster.pid"))).toBe(false);
    await expect(fetch(before.SANDBOX_URL ?? "")).rejects.toThrow();
    cloud = await startCloud({ home });
    expect(cloud.env.SANDBOX_WEBHOOK_SECRET).toBe(before.SANDBOX_WEBHOOK_SECRET ?? "");
    expect(readEnvFile(join(home, "env"))).toEqual(before);
  });

  test("lets a proof crash a part and revive it where it was", async () => {
    const sql = postgres(cloud.env.DATABASE_URL ?? "", { max: 1, connect_timeout: 2, onnotice: () => undefined });
    await sql`create table if not exists kept as select 1 n`;
    for (const name of ["primary", "standby", "redis", "qstash", "sandbox"] as const) {
      await cloud.crash(name);
      if (name === "primary") await expect(sql`select n from kept`.execute()).rejects.toThrow();
      await cloud.revive(name);
    }
    expect(await sql`select n from kept`).toMatchObject([{ n: 1 }]);
    expect((await fetch(cloud.env.SANDBOX_URL ?? "")).status).toBeLessThan(500);
    await sql.end();
  });

  test("gives up at once when told to while it starts", async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "headroom-cloud-test-"));
    const signal = AbortSignal.timeout(300);
    await expect(startCloud({ home: elsewhere, signal })).rejects.toThrow("timed out");
    expect(existsSync(join(elsewhere, "postgres/primary/postmaster.pid"))).toBe(false);
    resetHome(elsewhere);
    rmSync(elsewhere, { recursive: true });
  });
});

describe("npm start", () => {
  test("says how to use it when it does not understand", async () => {
    const child = startWith({}, "--nonsense");
    expect(await child.exited).toBe(1);
    expect(await new Response(child.stderr).text()).toContain("--no-server");
  });

  test("names every setting that is wrong, in plain words, before it starts or writes anything", async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "headroom-cloud-test-"));
    writeEnvFile(join(elsewhere, "env"), { KEPT: "yes" });
    const child = startWith({ HEADROOM_HOME: elsewhere, PORT: "99999", CURRENCY: "dollars" });
    expect(await child.exited).toBe(1);
    expect(await new Response(child.stderr).text()).toBe(`Headroom cannot start with this configuration:
  - PORT: must be a whole number from 0 to 65535
  - CURRENCY: must be three capital letters (ISO 4217)
`);
    expect(await new Response(child.stdout).text()).toBe("");
    expect(readdirSync(elsewhere)).toEqual(["env"]);
    expect(readEnvFile(join(elsewhere, "env"))).toEqual({ KEPT: "yes" });
    rmSync(elsewhere, { recursive: true });
  });

  test("says who holds the home that it does not get", async () => {
    expect(takeHome(home, "npm run dev:edge").isOurs).toBe(true);
    const child = startWith({});
    expect(await child.exited).toBe(1);
    expect(await new Response(child.stderr).text()).toContain(`(npm run dev:edge, process ${process.pid})`);
  });
});
