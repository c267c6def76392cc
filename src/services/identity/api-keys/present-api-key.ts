import { rfc3339 } from "../../../shared/times.ts";
import type { ApiKeyRow } from "./queries.ts";
import type { ApiKeyView } from "./schemas.ts";

/** A key's row as the contract shows it. */
export function presentApiKey({ id, name, scopes, prefix, expiresAt, createdBy, createdAt }: ReadonlyRow): ApiKeyView {
  return {
    id,
    name,
    scopes: [...scopes],
    prefix,
    expiresAt: expiryOf(expiresAt),
    createdBy,
    createdAt: rfc3339(createdAt),
  };
}

type ReadonlyRow = Omit<ApiKeyRow, "scopes"> & { readonly scopes: readonly string[] };

/** A key without an end is stored as ending never. */
export function expiryOf(expiresAt: string): string | null {
  return expiresAt === "infinity" ? null : rfc3339(expiresAt);
}
