import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { type Program, startProgram } from "../program.ts";
import { resetHome } from "../reset.ts";
import { serversOf } from "./cluster.ts";
import { stopServer } from "./server.ts";

setDefaultTimeout(60_000);

const home = mkdtempSync(join(tmpdir(), "headroom-postgres-test-"));
let program: Program;
let urls: Record<string, string>;

async function start() {
  const env = { PRIMARY_PORT: "0", STANDBY_PORT: "0", HEADROOM_HOME: home };
  program = startProgram("postgres", ["local/postgres/main.ts"], env, home);
  const pairs = (await program.untilReady(50_000)).split(" ");
  urls = Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
}

beforeAll(async () => {
  mkdirSync(join(home, "logs"));
  await start();
});

afterAll(async () => {
  await program.stop(30_000);
  resetHome(home);
  rmSync(home, { recursive: true });
});

/** One question to one of the servers, on a connection of its own. */
async function ask(server: string, query: string): Promise<string[]> {
  const sql = postgres(urls[server] ?? "", { max: 1, connect_timeout: 5, onnotice: () => undefined });
  try {
    return (await sql.unsafe(query).values()).map(String);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function until(server: string, query: string, answer: string): Promise<void> {
  const begun = Date.now();
  while ((await ask(server, query).catch(() => []))[0] !== answer) {
    if (Date.now() - begun > 20_000) throw new Error(`not ${answer} within 20 s: ${query}`);
    await Bun.sleep(50);
  }
}

function killPostmaster(name: "primary" | "standby"): void {
  const pidFile = join(serversOf(home)[name].data, "postmaster.pid");
  process.kill(Number(readFileSync(pidFile, "utf8").split("\n")[0]), "SIGKILL");
}

describe("the database", () => {
  test("is PostgreSQL 18 with what the application stands on", async () => {
    const settings = ["fsync", "synchronous_commit", "full_page_writes", "max_connections", "listen_addresses"];
    const shown = await Promise.all(settings.map((name) => ask("primary", `show ${name}`)));
    expect(shown.flat()).toEqual(["on", "on", "on", "500", "127.0.0.1"]);
    expect(await ask("standby", "show max_connections")).toEqual(["500"]);
    expect(Number(await ask("primary", "show server_version_num"))).toBeGreaterThanOrEqual(180_000);
    expect(await ask("primary", "select current_user, current_database()")).toEqual(["headroom,headroom"]);
    expect(Number(await ask("primaryAdmin", "select count(*) from pg_stat_statements"))).toBeGreaterThan(0);
  });

  test("opens to nobody without the password", async () => {
    const stranger = postgres((urls.primaryAdmin ?? "").replace(/:[0-9a-f]+@/, ":guess@"), { max: 1 });
    await expect(stranger`select 1`.execute()).rejects.toThrow("password authentication failed");
  });

  test("shows on the standby what was written on the primary, and takes no write there", async () => {
    await ask("primary", "create table seen (n int); insert into seen values (1)");
    await until("standby", "select n from seen", "1");
    await expect(ask("standby", "insert into seen values (2)")).rejects.toThrow("read-only");
  });

  test("keeps every committed row when all of it is killed at once", async () => {
    await ask("primary", "create table kept (n int); insert into kept select generate_series(1, 100)");
    killPostmaster("primary");
    killPostmaster("standby");
    await program.stop(0);
    await start();
    expect(await ask("primary", "select count(*) from kept")).toEqual(["100"]);
    await until("standby", "select count(*) from kept", "100");
  });

  test("starts over servers that a killed start left running", async () => {
    await ask("primary", "create table left_running ()");
    await program.stop(0);
    await start();
    await until("standby", "select count(*) from left_running", "0");
  });

  test("is not fooled by the pid of a stranger, nor harms him", async () => {
    await program.stop(30_000);
    const stranger = Bun.spawn(["sleep", "60"]);
    writeFileSync(join(serversOf(home).primary.data, "postmaster.pid"), `${stranger.pid}\n`);
    await start();
    expect(stranger.exitCode).toBeNull();
    stranger.kill();
  });

  test("makes the standby anew when it has fallen further behind than the primary keeps WAL", async () => {
    await ask("primaryAdmin", "alter system set max_slot_wal_keep_size = '16MB'");
    await ask("primaryAdmin", "select pg_reload_conf()");
    await stopServer(serversOf(home).standby);
    await ask("primary", "create table much as select repeat(md5(n::text), 30) t from generate_series(1, 100000) n");
    await ask("primaryAdmin", "checkpoint");
    await until("primaryAdmin", "select wal_status from pg_replication_slots", "lost");
    await program.stop(30_000);
    await start();
    await until("standby", "select count(*) from much", "100000");
  });
});
