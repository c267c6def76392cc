import postgres from "postgres";

export type Ports = { primary: number; standby: number };
/** URLs of both servers, for the application's role and for the administrator. */
export type ClusterUrls = { primary: string; standby: string; primaryAdmin: string; standbyAdmin: string };

/** The name of the standby's replication slot. */
export const slot = "standby";
const application = "headroom"; // the name of its role and of its database

/** Answers up to where it wrote, or undefined when the primary has thrown away WAL that the standby still needs. */
export async function prepareDatabase(port: number, password: string): Promise<string | undefined> {
  const sql = administrator(port, password);
  try {
    const [found] = await sql`select wal_status from pg_replication_slots where slot_name = ${slot}`;
    if (found?.wal_status === "lost") {
      await sql`select pg_drop_replication_slot(${slot})`;
      return undefined;
    }
    if (!found) await sql`select pg_create_physical_replication_slot(${slot}, true)`;
    const [complete] = await sql`select from pg_database where datname = ${application}`;
    if (!complete) await makeDatabase(sql, password);
    const [row] = await sql<{ position: string }[]>`select pg_current_wal_flush_lsn()::text as position`;
    return row?.position;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Until the standby shows what the primary has: before that even the database may be missing there. */
export async function untilReplayed(position: string, port: number, password: string): Promise<void> {
  const sql = administrator(port, password);
  try {
    for (const start = Date.now(); Date.now() - start < 30_000; await Bun.sleep(20)) {
      const [row] = await sql`select pg_last_wal_replay_lsn() >= ${position}::pg_lsn as done`;
      if (row?.done) return;
    }
    throw new Error("The standby does not follow the primary, see logs/postgres-standby.log");
  } finally {
    await sql.end({ timeout: 5 });
  }
}

export function urlsOf(ports: Ports, password: string): ClusterUrls {
  return {
    primary: url(application, password, ports.primary, application),
    standby: url(application, password, ports.standby, application),
    primaryAdmin: url("postgres", password, ports.primary, application),
    standbyAdmin: url("postgres", password, ports.standby, application),
  };
}

async function makeDatabase(sql: postgres.Sql, password: string): Promise<void> {
  await sql`create extension if not exists pg_stat_statements`; // a new database is a copy of this one
  const [role] = await sql`select from pg_roles where rolname = ${application}`;
  if (!role) await sql.unsafe(`create role ${application} login password '${password}'`);
  await sql.unsafe(`create database ${application} owner ${application}`);
}

function administrator(port: number, password: string): postgres.Sql {
  return postgres(url("postgres", password, port, "template1"), {
    max: 1,
    connect_timeout: 10,
    onnotice: () => undefined,
  });
}

function url(user: string, password: string, port: number, database: string): string {
  return `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
}
