import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres, { type Sql } from "postgres";
import { serversOf } from "../../local/postgres/cluster.ts";
import type { ClusterUrls } from "../../local/postgres/database.ts";
import { startServer, stopServer } from "../../local/postgres/server.ts";
import { startTestCluster } from "./cluster.ts";

/** A primary and its standby of a test's own, to be stopped, frozen and paused at will. */
export interface DatabasePair {
  readonly urls: ClusterUrls;
  /** A superuser on each server, outside of what is tested. */
  readonly primary: Sql;
  readonly standby: Sql;
  /** The standby goes on receiving and shows nothing newer. */
  readonly pauseReplay: () => Promise<void>;
  /** Awaits that the standby shows all that the primary has. */
  readonly catchUp: () => Promise<void>;
  readonly stop: (server: "primary" | "standby") => Promise<void>;
  readonly start: (server: "primary" | "standby") => Promise<void>;
  /** Stops every process of the standby where it stands (SIGSTOP): its connections hang. Answers how to go on. */
  readonly freezeStandby: () => Promise<() => void>;
  readonly close: () => Promise<void>;
}

export async function startDatabasePair(): Promise<DatabasePair> {
  const home = await mkdtemp(join(tmpdir(), "headroom-pair-"));
  const cluster = await startTestCluster(home);
  const servers = serversOf(home);
  const primary = admin(cluster.urls.primaryAdmin);
  const standby = admin(cluster.urls.standbyAdmin);
  // It answers before it has replayed the making of its own database.
  await until(() =>
    standby`select 1`.then(
      () => true,
      () => false,
    ),
  );
  return {
    urls: cluster.urls,
    primary,
    standby,
    pauseReplay: async () => {
      await standby`select pg_wal_replay_pause()`;
      await until(async () => (await standby`select pg_get_wal_replay_pause_state() as is`)[0]?.is === "paused");
    },
    catchUp: async () => {
      await standby`select pg_wal_replay_resume()`;
      const [at] = await primary`select pg_current_wal_flush_lsn()::text as lsn`;
      await until(async () => {
        const [row] = await standby`select pg_last_wal_replay_lsn() >= ${String(at?.lsn)}::pg_lsn as is`;
        return row?.is === true;
      });
    },
    stop: (server) => stopServer(servers[server]),
    start: (server) => startServer(servers[server]),
    freezeStandby: async () => {
      const processes = await processesOf(servers.standby.data);
      for (const pid of processes) process.kill(pid, "SIGSTOP");
      return () => {
        for (const pid of processes) process.kill(pid, "SIGCONT");
      };
    },
    close: async () => {
      await Promise.all([primary.end({ timeout: 1 }), standby.end({ timeout: 1 })]);
      await cluster.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Asks every 10 ms, for at most 10 s. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries === 1000) throw new Error("Waited 10 s in vain.");
    await Bun.sleep(10);
  }
}

function admin(url: string): Sql {
  return postgres(url, { max: 1, fetch_types: false, backoff: () => 0.05, onnotice: () => undefined });
}

/** The postmaster of a data folder and its children. */
async function processesOf(data: string): Promise<number[]> {
  const postmaster = Number((await readFile(join(data, "postmaster.pid"), "utf8")).split("\n", 1)[0]);
  const all = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(all.map(async (pid) => [pid, await parentOf(pid)] as const));
  return [postmaster, ...parents.filter(([, parent]) => parent === postmaster).map(([pid]) => pid)];
}

async function parentOf(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}
