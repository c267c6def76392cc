// The entry on Bun.
import { app } from "./app.ts";
import { serve } from "./serve.ts";

// biome-ignore lint/style/noProcessEnv: an entry reads the environment once.
serve(app, process.env);
