// The server as src/bun.ts runs it, but for its inbox: this one remembers nothing and lets every delivery through.
import { buildApp } from "../../src/app.ts";
import { configOrExit } from "../../src/platform/config-or-exit.ts";
import { serve } from "../../src/serve.ts";

const forgetful = buildApp({ record: async (_tx, due) => due, missing: async (_sql, due) => due });
// biome-ignore lint/style/noProcessEnv: an entry reads the environment once.
serve(forgetful, configOrExit(process.env));
