// The entry on Bun: the server, or where INSTANCES asks for more than one process, their parent.
import { superviseInstances } from "./instances.ts";
import { configOrExit } from "./platform/config-or-exit.ts";

// biome-ignore lint/style/noProcessEnv: an entry reads the environment once.
const env = process.env;
const config = configOrExit(env);
if (config.INSTANCES === 1 || config.INSTANCE !== undefined) {
  // The parent serves nothing, and so loads nothing of it.
  const [{ app }, { serve }] = await Promise.all([import("./app.ts"), import("./serve.ts")]);
  serve(app, config);
} else superviseInstances(config, import.meta.path, env);
