// The sandbox payment provider: no money moves, but it declines, dawdles, loses answers and repeats webhooks like one.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { serveUntilStopped } from "../serve.ts";
import { startAlarm } from "./alarm.ts";
import { settleDue } from "./charge.ts";
import { openDatabase } from "./database.ts";
import { sandbox } from "./sandbox.ts";
import { startWebhooks } from "./webhooks.ts";

// biome-ignore lint/style/noProcessEnv: an entry reads its settings
const { PORT = "8090", HEADROOM_HOME = ".headroom", SANDBOX_WEBHOOK_SECRET } = process.env;
if (!SANDBOX_WEBHOOK_SECRET) throw new Error("SANDBOX_WEBHOOK_SECRET (whsec_...) is missing.");

const folder = join(HEADROOM_HOME, "sandbox");
mkdirSync(folder, { recursive: true, mode: 0o700 });
const database = openDatabase(join(folder, "sandbox.sqlite"));
const webhooks = startWebhooks(database, SANDBOX_WEBHOOK_SECRET);
const settlements = startAlarm(() => {
  const next = settleDue(database);
  webhooks.wake();
  return next;
});
await serveUntilStopped(Number(PORT), sandbox(database, settlements.wake).fetch);
settlements.stop();
webhooks.stop();
process.exit(0);
