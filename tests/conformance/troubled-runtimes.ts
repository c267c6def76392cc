import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCloud } from "../../local/cloud.ts";
import { freePort } from "../../local/ports.ts";
import { startProgram } from "../../local/program.ts";
import { untilServing } from "../../local/until-serving.ts";
import type { Config } from "../../src/platform/config.ts";
import { startInstance } from "../../src/platform/deps.ts";
import { signAccessToken } from "../../src/platform/tokens.ts";
import type { Runtime } from "./exchange.ts";
import { type Closers, openTroubledShop, type TroubledShop } from "./troubled-shop.ts";

/** A runtime much of whose surroundings is in trouble, so that it answers what every operation may. */
export interface TroubledRuntime extends Runtime {
  /** An access token that was good until a second before. */
  readonly expiredToken: string;
  /** The same that is still good, of a session that does not stand. */
  readonly youngToken: string;
  /** From then on the primary cannot be reached, by this runtime alone. */
  readonly losePrimary: () => void;
  /** What it has logged. */
  readonly log: () => string;
}

export interface Troubled {
  readonly bun: TroubledRuntime;
  readonly workerd: TroubledRuntime;
  readonly stop: () => Promise<void>;
}

/** Both runtimes in one cloud, with the limits of production, each with a database of its own. */
export async function startTroubled(): Promise<Troubled> {
  const home = mkdtempSync(join(tmpdir(), "headroom-troubled-"));
  const closers: Closers = [() => rmSync(home, { recursive: true, force: true })];
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const cloud = await startCloud({ home });
    closers.push(() => cloud.stop());
    const silent = await listenInSilence(closers);
    // One after the other: both set up the role that they share.
    const shops = {
      bun: await openTroubledShop(cloud.env, closers),
      workerd: await openTroubledShop(cloud.env, closers),
    };
    const redisSharedWith = [shops.bun.url, shops.workerd.url];
    const place = (name: string) => ({ silent, redisSharedWith, place: join(home, name) });
    const [bun, workerd] = await Promise.all([
      startRuntime("Bun", "src/bun.ts", { ...place("bun"), shop: shops.bun }, closers),
      startRuntime("workerd", "local/edge/main.ts", { ...place("workerd"), shop: shops.workerd }, closers),
    ]);
    return { bun, workerd, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Surroundings {
  readonly shop: TroubledShop;
  /** Where a server accepts and says nothing. */
  readonly silent: string;
  readonly redisSharedWith: readonly string[];
  /** A folder for what it writes. */
  readonly place: string;
}

/** `entry` is the server, or what runs the Worker by the bytes that the dry run of Wrangler writes. */
async function startRuntime(name: string, entry: string, around: Surroundings, closers: Closers) {
  const { silent, place } = around;
  const { url, env, config, losePrimary } = around.shop;
  mkdirSync(join(place, "logs"), { recursive: true });
  const elsewhere = {
    PAYMENTS_URL: `http://127.0.0.1:${await freePort()}`,
    INVENTORY_URL: silent,
    NOTIFICATIONS_URL: url,
  };
  const own = { SERVICES: "identity,catalog,orders", HEADROOM_HOME: place };
  const program = startProgram("runtime", ["--no-orphans", entry], { ...env, ...elsewhere, ...own }, place);
  closers.push(() => program.stop(10_000));
  await Promise.race([program.failed, untilServing(config.PORT)]);
  return {
    name,
    url,
    publicUrl: url,
    instances: 1,
    redisSharedWith: around.redisSharedWith,
    webhookSecret: config.SANDBOX_WEBHOOK_SECRET ?? "",
    queueSigningKey: config.QSTASH_CURRENT_SIGNING_KEY,
    expiredToken: await accessToken(config, -1),
    youngToken: await accessToken(config, 600),
    losePrimary,
    log: () => readFileSync(join(place, `logs/${program.name}.log`), "utf8"),
  };
}

async function listenInSilence(closers: Closers): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on("error", () => socket.destroy())));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return `http://127.0.0.1:${address.port}`;
}

function accessToken(config: Config, lifeSeconds: number): Promise<string> {
  const caller = { userId: randomUUID(), sessionId: randomUUID(), role: "customer", region: "main" } as const;
  const instance = startInstance({ ...config, ACCESS_TOKEN_TTL_SECONDS: lifeSeconds });
  return signAccessToken(instance, { ...caller, authTime: Math.floor(Date.now() / 1000) });
}
