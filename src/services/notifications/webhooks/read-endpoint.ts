import { readNewest } from "../../../platform/consistency/read.ts";
import type { Scope } from "../../../platform/scope.ts";
import { Problem } from "../../../shared/errors.ts";
import { presentEndpoint } from "./present-endpoint.ts";
import { endpointById } from "./queries.ts";
import type { Endpoint } from "./schemas.ts";

/** An endpoint, without its secret. @throws Problem not-found */
export async function readEndpoint(scope: Scope, id: string): Promise<Endpoint> {
  const [row] = await readNewest(scope, "notifications", (db) => endpointById(db).execute({ id }));
  if (row === undefined) throw unknownEndpoint();
  return presentEndpoint(row);
}

/** The refusal of an endpoint that there is not. */
export function unknownEndpoint(): Problem {
  return new Problem("not-found", "There is no such endpoint.");
}
