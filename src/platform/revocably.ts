import type { Handle, Sql } from "./database.ts";
import { lazilyPer } from "./lazily-per.ts";

/** What postgres.js knows of a statement: `state` is set as it is written to a connection, from `strings` and `args`. */
interface Waiting {
  readonly state: unknown;
  strings: readonly string[];
  args: readonly unknown[];
}

export interface Revocable<T> {
  readonly work: Promise<T>;
  readonly revoke: () => void;
}

/**
 * Begins work whose Drizzle statement, where it still waits for a connection, can be taken back: an empty one then goes
 * in its turn. postgres.js' own `cancel` would lose the connection that a waiting statement had opened, and for one
 * that was sent it would cancel whatever the shared connection runs by then.
 */
export function revocably<T>(db: Handle, begin: () => Promise<T>): Revocable<T> {
  const begun: Waiting[] = [];
  const work = recorderOf(db)(begun, begin);
  const revoke = () => {
    for (const statement of begun) if (statement.state === null) Object.assign(statement, nothing);
  };
  return { work, revoke };
}

const nothing = { strings: ["select where false"], args: [] };

/** Drizzle asks its client in the same turn, so what is begun meanwhile is the work's own. */
const recorderOf = lazilyPer(({ sql }: Handle) => {
  let recording: Waiting[] | undefined;
  const { unsafe } = sql;
  sql.unsafe = ((...asked: Parameters<Sql["unsafe"]>) => {
    const statement = unsafe(...asked);
    recording?.push(statement as unknown as Waiting);
    return statement;
  }) as Sql["unsafe"];
  return <T>(into: Waiting[], begin: () => Promise<T>): Promise<T> => {
    recording = into;
    try {
      // Some statements go only when they are awaited.
      return begin().then((answer) => answer);
    } finally {
      recording = undefined;
    }
  };
});
