import type { Deps } from "../../../src/platform/deps.ts";
import { callAt } from "../../support/client.ts";
import { brief, type Family, family } from "../family.ts";

/** Adds 1 to a number of a table, in one statement or as nobody should: by reading it and writing it back. */
export function plantedRoutes(request: Request, deps: Deps): Promise<Response> | undefined {
  const [, way, id] = /\/planted\/(atomic|careless)\/(\d+)$/.exec(request.url) ?? [];
  return way === undefined ? undefined : add(deps, way, Number(id));
}

async function add(deps: Deps, way: string, id: number): Promise<Response> {
  const { sql } = deps.databases.of("orders").primary();
  if (way === "atomic") await sql`update planted set n = n + 1 where id = ${id}`;
  else {
    const [row] = await sql`select n from planted where id = ${id}`;
    await sql`update planted set n = ${Number(row?.n) + 1} where id = ${id}`;
  }
  return new Response(null, { status: 204 });
}

export const planted = (way: "atomic" | "careless"): Family =>
  family<number>(
    `a number, ${way}`,
    async ({ sql }) => Number((await sql`insert into planted default values returning id`)[0]?.id),
    { add: async (id, at) => brief(await callAt(at.url, "POST", `/planted/${way}/${id}`)) },
    async ({ sql }, id) => (await sql`select n from planted where id = ${id}`)[0]?.n,
  );
