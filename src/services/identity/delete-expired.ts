import { forWriting, type Scope } from "../../platform/scope.ts";
import { deleteExpiredTokens } from "./passwords/store.ts";
import { deleteExpiredSessions } from "./store.ts";

const rowsMax = 1_000;
const roundsMax = 200;

/** Deletes sessions and mailed tokens past their time, which open nothing any more. */
export async function deleteExpired(scope: Scope): Promise<void> {
  const db = forWriting(scope, "identity");
  for (const deleteSome of [deleteExpiredSessions, deleteExpiredTokens])
    for (let round = 0; round < roundsMax; round++) if ((await deleteSome(db, rowsMax)) < rowsMax) break;
}
