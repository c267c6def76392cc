import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { takeLock } from "../lock.ts";
import { freePort } from "../ports.ts";
import { type ClusterUrls, type Ports, prepareDatabase, slot, untilReplayed, urlsOf } from "./database.ts";
import { type Place, preparePlace } from "./place.ts";
import { runAs, type Server, startServer, stopServer } from "./server.ts";
import { hostRules, primarySettings, standbySettings } from "./settings.ts";

export type Cluster = { urls: ClusterUrls; stop(): Promise<void> };

export type Servers = { primary: Server; standby: Server };

/**
 * Starts the primary and its streaming standby, made at the first start, with role and database for the application.
 * Port 0 means a free one. Waits up to a minute for a former owner of the same data to let go.
 */
export async function startCluster(home: string, wanted: Ports): Promise<Cluster> {
  mkdirSync(join(home, "logs"), { recursive: true, mode: 0o700 });
  const place = preparePlace(home);
  const lock = takeLock(join(place.root, "lock"), 60_000);
  if (!lock) throw new Error(`Another process runs the database in ${place.root}.`);
  const servers = serversOf(home, place);
  const ports = { primary: wanted.primary || (await freePort()), standby: wanted.standby || (await freePort()) };
  await stopBoth(servers); // what a killed start left running
  await makePrimary(servers.primary, place);
  await startBoth(servers, ports, place);
  const stop = async () => {
    await stopBoth(servers);
    lock.release();
  };
  return { urls: urlsOf(ports, place.password), stop };
}

/** The servers of a home, for who stops and starts one of them on purpose. */
export function serversOf(home: string, place: Place = preparePlace(home)): Servers {
  const server = (name: string): Server => ({
    data: join(place.root, name),
    bin: place.bin,
    log: join(home, `logs/postgres-${name}.log`),
    user: place.user,
  });
  return { primary: server("primary"), standby: server("standby") };
}

/** Stops what runs of a home's servers, for when the program that ran them is gone. */
export async function stopServers(home: string): Promise<void> {
  await stopBoth(serversOf(home));
}

async function makePrimary(primary: Server, place: Place): Promise<void> {
  if (existsSync(primary.data)) return;
  const unfinished = `${primary.data}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  const made = await runAs(
    primary,
    join(primary.bin, "initdb"),
    `--pgdata=${unfinished}`,
    "--username=postgres",
    `--pwfile=${join(place.root, "password")}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin", // the same order and case rules on every machine
    "--builtin-locale=C.UTF-8",
  );
  if (made !== 0) throw new Error(`initdb failed, see ${primary.log}`);
  renameSync(unfinished, primary.data);
}

async function startBoth(servers: Servers, ports: Ports, place: Place): Promise<void> {
  const { primary, standby } = servers;
  if (!existsSync(join(standby.data, "standby.signal"))) await copyPrimary(servers);
  configure(primary, primarySettings(ports.primary));
  configure(standby, standbySettings(ports.standby, ports.primary, place.password, slot));
  await startServer(primary);
  const written = await prepareDatabase(ports.primary, place.password);
  if (written) {
    await startServer(standby);
    await untilReplayed(written, ports.standby, place.password);
  } else {
    await stopServer(primary);
    rmSync(standby.data, { recursive: true, force: true });
    await startBoth(servers, ports, place);
  }
}

/** Makes the standby as a copy of the stopped primary; what it lacks it streams. */
async function copyPrimary({ primary, standby }: Servers): Promise<void> {
  const unfinished = `${standby.data}.new`;
  for (const folder of [unfinished, standby.data]) rmSync(folder, { recursive: true, force: true });
  if ((await runAs(standby, "cp", "-a", primary.data, unfinished)) !== 0)
    throw new Error(`cp failed, see ${standby.log}`);
  rmSync(join(unfinished, "pg_replslot", slot), { recursive: true, force: true });
  writeFileSync(join(unfinished, "standby.signal"), "");
  renameSync(unfinished, standby.data);
}

/** Written at each start, so that a home made by an older release runs with today's settings. */
function configure(server: Server, settings: string): void {
  for (const [name, content] of [
    ["postgresql.conf", settings],
    ["pg_hba.conf", hostRules],
  ] as const) {
    const file = join(server.data, name);
    writeFileSync(file, content);
    if (server.user) chownSync(file, server.user.uid, server.user.gid);
  }
}

/** The primary first: its fast stop waits until the standby has all it wrote. */
async function stopBoth({ primary, standby }: Servers): Promise<void> {
  await stopServer(primary);
  await stopServer(standby);
}
