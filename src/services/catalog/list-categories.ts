import { cached, type Found } from "../../platform/cache/cached.ts";
import { read } from "../../platform/consistency/read.ts";
import { pageIn, positionIn } from "../../platform/http/page.ts";
import type { Scope } from "../../platform/scope.ts";
import { listValue } from "./cached-values.ts";
import { categoriesBehind } from "./queries.ts";

interface Query {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * A page of categories by name, with how many active products each has.
 * @throws Problem cursor-invalid
 */
export async function listCategories(scope: Scope, { limit, cursor }: Query): Promise<Found> {
  const list = new URL(`http://list/v1/categories?limit=${limit}`);
  if (cursor !== undefined) list.searchParams.set("cursor", cursor);
  const [name = "", slug = ""] = positionIn(scope.deps.config, list, cursor) ?? [];
  return await cached(scope, `list:${list.pathname}${list.search}`, async (reader) => {
    const rows = await read(reader, "catalog", (db) => categoriesBehind(db).execute({ name, slug, limit: limit + 1 }));
    const { body, link } = pageIn(
      scope.deps.config,
      list,
      rows,
      limit,
      (row) => [row.name, row.slug],
      (row) => row,
    );
    return listValue(body, link);
  });
}
