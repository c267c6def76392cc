import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../local/ports.ts";
import { startProgram } from "../../local/program.ts";
import { startCuttingProxy } from "./cutting-proxy.ts";
import { openShop } from "./shop.ts";

/** The Worker in workerd, beside the shop of this test run and on its database. */
export interface Edge {
  readonly url: string;
  /** How many database connections it has opened so far. */
  readonly connections: () => number;
  /** As kill -9 would end the program that runs workerd. */
  readonly crash: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function startEdge(): Promise<Edge> {
  const { env } = await openShop();
  const home = mkdtempSync(join(tmpdir(), "headroom-edge-"));
  mkdirSync(join(home, "logs"));
  const primary = countedDatabase(env.DATABASE_URL);
  const replica = countedDatabase(env.DATABASE_REPLICA_URLS);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const databases = { DATABASE_URL: primary.url, DATABASE_REPLICA_URLS: replica.url };
  const settings = { ...env, ...databases, PORT: String(port), PUBLIC_URL: url, HEADROOM_HOME: home };
  const program = startProgram("edge", ["--no-orphans", "local/edge/main.ts"], settings, home);
  await program.untilReady(60_000);
  const end = async (ending: Promise<void>) => {
    await ending;
    for (const { stop } of [primary, replica]) stop();
    rmSync(home, { recursive: true, force: true });
  };
  return {
    url,
    connections: () => primary.count() + replica.count(),
    crash: () => end(program.crash()),
    stop: () => end(program.stop(10_000)),
  };
}

function countedDatabase(url = "") {
  const target = new URL(url);
  let opened = 0;
  const proxy = startCuttingProxy({ hostname: target.hostname, port: Number(target.port) }, (sent) => {
    if (sent.includes("application_name\0headroom")) opened++;
    return "pass";
  });
  target.port = String(proxy.port);
  return { url: target.href, count: () => opened, stop: proxy.stop };
}
