// The mailbox: takes every mail the embedded shop sends, shows them on a page, delivers none.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { serveUntilStopped } from "../serve.ts";
import { mailbox } from "./mailbox.ts";
import { openMails } from "./mails.ts";

// biome-ignore lint/style/noProcessEnv: an entry reads its settings
const { PORT = "8025", HEADROOM_HOME = ".headroom" } = process.env;

const folder = join(HEADROOM_HOME, "mailbox");
mkdirSync(folder, { recursive: true, mode: 0o700 });
const mails = openMails(join(folder, "mails.sqlite"));
await serveUntilStopped(Number(PORT), mailbox(mails).fetch);
mails.close();
process.exit(0);
