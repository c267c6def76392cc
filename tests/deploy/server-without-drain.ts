// The server as src/bun.ts runs it, but for its drain: SIGTERM ends it where it stands.
import { app } from "../../src/app.ts";
import { configOrExit } from "../../src/platform/config-or-exit.ts";
import { serve } from "../../src/serve.ts";

// biome-ignore lint/style/noProcessEnv: an entry reads the environment once.
serve(app, configOrExit(process.env));
process.removeAllListeners("SIGTERM");
process.on("SIGTERM", () => process.exit(0));
