// PostgreSQL 18, a primary and a streaming standby. Prints their URLs once both answer.
// biome-ignore lint/style/noProcessEnv: an entry reads its settings
const { PRIMARY_PORT = "5440", STANDBY_PORT = "5441", HEADROOM_HOME = ".headroom" } = process.env;

import { realpathSync } from "node:fs";
import { untilStopped } from "../lifecycle.ts";
import { startCluster } from "./cluster.ts";

const stopped = untilStopped(); // asked to stop while starting: starts in full, then stops, rather than be cut short
const home = realpathSync(HEADROOM_HOME);
const { urls, stop } = await startCluster(home, { primary: Number(PRIMARY_PORT), standby: Number(STANDBY_PORT) });
const pairs = Object.entries(urls).map(([name, url]) => `${name}=${url}`);
console.log(`READY ${pairs.join(" ")}`);
await stopped;
await stop();
process.exit(0);
