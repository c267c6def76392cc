import { join } from "node:path";
import { untilStopped } from "../lifecycle.ts";
import { startDispatcher } from "./dispatcher.ts";

// The entry of a program is where its environment is read.
// biome-ignore lint/style/noProcessEnv: see above
const env = process.env;

// Upstash's published development account (docs, qstash/howto/local-development): these are no secrets.
const development = {
  token: "eyJVc2VySUQiOiJkZWZhdWx0VXNlciIsIlBhc3N3b3JkIjoiZGVmYXVsdFBhc3N3b3JkIn0=",
  currentKey: "sig_7kYjw48mhY7kAjqNGcy6cr29RJ6r",
  nextKey: "sig_5ZB6DVzB1wjE8S6rZ7eenA8Pdnhs",
};

const stopped = untilStopped();
const dispatcher = await startDispatcher({
  port: Number(env.PORT ?? 0),
  home: join(env.HEADROOM_HOME ?? ".headroom", "qstash"),
  token: env.QSTASH_TOKEN ?? development.token,
  currentKey: env.QSTASH_CURRENT_SIGNING_KEY ?? development.currentKey,
  nextKey: env.QSTASH_NEXT_SIGNING_KEY ?? development.nextKey,
});
process.stdout.write(`READY ${dispatcher.url}\n`);
await stopped;
await dispatcher.stop();
process.exit(0);
