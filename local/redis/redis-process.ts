import { createHash } from "node:crypto";
import { mkdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openPipelinedConnection, type PipelinedConnection } from "./pipelined-connection.ts";
import { isFailure } from "./reply.ts";

type RedisProcess = { readonly exited: Promise<void>; stop(): Promise<void> };

const startMs = 30_000; // an append-only file is read before the first answer
const stopMs = 10_000;

/**
 * Runs redis-server beside a watch on its stdin, which is our end of a pipe: however this process dies, the pipe
 * closes and the watch ends redis-server. It waits for an interrupted predecessor by holding the same pipe.
 */
const watchedRun = `
exec 3<&0
"$@" 3<&- </dev/null & server=$!
{ read -r _ <&3; kill "$server"; } & watch=$!
exec 3<&-
wait "$server"; code=$?
kill "$watch" 2>/dev/null
exit "$code"`;

/** Where the redis-server of a home listens: in the system's temporary folder, since socket paths are short. */
export function socketOf(home: string): string {
  const hash = createHash("sha256").update(resolve(home)).digest("hex").slice(0, 16);
  return join(tmpdir(), `headroom-redis-${hash}`, "redis.sock");
}

/** Starts redis-server on the home's data and waits until it answers. Throws when it does not within 30 s. */
export async function startRedisProcess(binary: string, home: string): Promise<RedisProcess> {
  const socket = socketOf(home);
  const data = resolve(home, "redis");
  mkdirSync(data, { recursive: true });
  makePrivateFolder(join(socket, ".."));
  await untilAbsent(socket);
  const child = Bun.spawn(["/bin/sh", "-c", watchedRun, "sh", binary, ...settings(socket, data)], {
    stdin: "pipe",
    stdout: "ignore",
    stderr: "inherit",
    detached: true, // a Ctrl-C is for this process, which then stops redis-server itself
  });
  const exited = child.exited.then(() => undefined);
  const stop = async () => {
    await child.stdin.end();
    const late = setTimeout(() => process.kill(-child.pid, "SIGKILL"), stopMs);
    await exited;
    clearTimeout(late);
    rmSync(join(socket, ".."), { recursive: true, force: true });
  };
  try {
    await untilReady(socket, () => child.exitCode !== null);
  } catch (error) {
    await stop();
    throw new Error(`redis-server did not start, see ${join(data, "redis.log")}`, { cause: error });
  }
  return { exited, stop };
}

function settings(socket: string, data: string): string[] {
  const lines = `port 0
unixsocket ${socket}
unixsocketperm 700
protected-mode yes
dir ${data}
save ""
appendonly yes
appendfsync everysec
daemonize no
loglevel warning
logfile redis.log`;
  return lines.split("\n").flatMap((line) => {
    const [name = "", ...value] = line.split(" ");
    return [`--${name}`, value.join(" ").replaceAll('"', "")];
  });
}

function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (statSync(path).uid !== process.getuid?.()) throw new Error(`${path} belongs to another user`);
}

/** Two servers on one append-only file would ruin it; one that was left behind needs a moment to end. */
async function untilAbsent(socket: string): Promise<void> {
  const deadline = Date.now() + stopMs;
  while ((await probe(socket)) !== "absent") {
    if (Date.now() > deadline) throw new Error(`another redis-server is running on ${socket}`);
    await Bun.sleep(50);
  }
}

async function untilReady(socket: string, hasExited: () => boolean): Promise<void> {
  const deadline = Date.now() + startMs;
  while ((await probe(socket)) !== "ready") {
    if (hasExited()) throw new Error("it ended");
    if (Date.now() > deadline) throw new Error("it does not answer");
    await Bun.sleep(20);
  }
}

async function probe(socket: string): Promise<"absent" | "loading" | "ready"> {
  let connection: PipelinedConnection | undefined;
  try {
    connection = await openPipelinedConnection(socket);
    const [reply] = await connection.send([["PING"]]);
    return reply === undefined || isFailure(reply) ? "loading" : "ready";
  } catch {
    return connection === undefined ? "absent" : "loading";
  } finally {
    connection?.close();
  }
}
