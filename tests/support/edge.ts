import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../local/ports.ts";
import { startProgram } from "../../local/program.ts";
import { startCountingProxy } from "./counting-proxy.ts";
import { openShop } from "./shop.ts";

/** The Worker in workerd, beside the shop of this test run and on its database. */
export interface Edge {
  readonly url: string;
  /** How many database connections it has opened so far. */
  readonly connections: () => number;
  /** How many of them are open. */
  readonly openConnections: () => number;
  /** As kill -9 would end the program that runs workerd. */
  readonly crash: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** What stands before the Worker, for deliveries and webhooks, and before its primary. */
interface Between {
  readonly publicUrl?: string;
  readonly databaseUrl?: string;
  /** Settings that are the Worker's alone. */
  readonly own?: Readonly<Record<string, string>>;
}

export async function startEdge({ publicUrl, databaseUrl, own = {} }: Between = {}): Promise<Edge> {
  const { env } = await openShop();
  const home = mkdtempSync(join(tmpdir(), "headroom-edge-"));
  mkdirSync(join(home, "logs"));
  const primary = await countedDatabase(databaseUrl ?? env.DATABASE_URL);
  const replica = await countedDatabase(env.DATABASE_REPLICA_URLS);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const databases = { DATABASE_URL: primary.url, DATABASE_REPLICA_URLS: replica.url };
  const settings = {
    ...env,
    ...databases,
    ...own,
    PORT: String(port),
    PUBLIC_URL: publicUrl ?? url,
    HEADROOM_HOME: home,
  };
  const program = startProgram("edge", ["--no-orphans", "local/edge/main.ts"], settings, home);
  await program.untilReady(60_000);
  const end = async (ending: Promise<void>) => {
    await ending;
    for (const { proxy } of [primary, replica]) proxy.stop();
    rmSync(home, { recursive: true, force: true });
  };
  return {
    url,
    connections: () => primary.proxy.opened() + replica.proxy.opened(),
    openConnections: () => primary.proxy.open() + replica.proxy.open(),
    crash: () => end(program.crash()),
    stop: () => end(program.stop(10_000)),
  };
}

async function countedDatabase(url = "") {
  const target = new URL(url);
  const proxy = await startCountingProxy({ host: target.hostname, port: Number(target.port) });
  target.port = String(proxy.port);
  return { url: target.href, proxy };
}
