import { defineConfig } from "drizzle-kit";

// biome-ignore lint/style/noProcessEnv: drizzle-kit offers no other way to choose the service.
const service = process.env.SERVICE ?? "events";

/** `SERVICE=orders npx drizzle-kit generate --config db/drizzle.config.ts --name what_it_does` */
export default defineConfig({
  dialect: "postgresql",
  schema: `./db/schema/${service}.ts`,
  out: `./db/migrations/${service}`,
  casing: "snake_case",
});
