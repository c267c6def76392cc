// The limit of a product's detail: one statement by postgres.js behind Bun.serve, and nothing else.
// biome-ignore lint/style/noProcessEnv: an entry reads its settings
const { PORT = "", DATABASE_URL = "", DATABASE_POOL = "", STATEMENT = "" } = process.env;

import postgres from "postgres";
import { serveUntilStopped } from "../local/serve.ts";

const sql = postgres(DATABASE_URL, { max: Number(DATABASE_POOL), fetch_types: false, onnotice: () => undefined });

await serveUntilStopped(Number(PORT), async (request) => {
  const id = request.url.slice(request.url.lastIndexOf("/") + 1);
  const [row] = await sql.unsafe(STATEMENT, [`{${id}}`], { prepare: true });
  return Response.json(row);
});
await sql.end();
process.exit(0);
