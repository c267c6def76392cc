import type { Statement } from "../coalesce.ts";
import type { Database } from "../database.ts";
import type { Deps } from "../deps.ts";
import { lazilyPer } from "../lazily-per.ts";

/**
 * A question about a database whose answer is the same for all who ask: one goes at a time, and it serves all who
 * waited when it was sent. A lane for each database, since a lane's key is its statement.
 */
export function oneForAll<Answer>(
  ask: (deps: Deps, database: Database) => Promise<Answer>,
): (deps: Deps, database: Database) => Promise<Answer> {
  const statementOf = lazilyPer(
    (database: Database): Statement<undefined, Answer> => ({
      run: async (deps, waiting) => {
        const answer = await ask(deps, database);
        return waiting.map(() => answer);
      },
      itemsMax: waitingMax,
      weigh: () => 1,
      weightMax: waitingMax,
      waitingMax,
    }),
  );
  return (deps, database) => deps.coalesce(statementOf(database), undefined);
}

const waitingMax = 10_000;
