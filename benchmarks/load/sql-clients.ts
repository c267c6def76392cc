// pgbench's closed loop through postgres.js, as a process of its own: reads its task from stdin, prints the rate.
import postgres from "postgres";

export interface SqlTask {
  readonly url: string;
  readonly clients: number;
  readonly seconds: number;
  /** The names of random integers from 1 to a bound, drawn for each transaction; statements say `:name`. */
  readonly variables: Readonly<Record<string, number>>;
  /** One transaction, prepared. */
  readonly statements: readonly string[];
}

interface Bound {
  readonly text: string;
  /** The variables that $1, $2, … stand for. */
  readonly names: readonly string[];
}

if (import.meta.main) console.log(await run(await Bun.stdin.json()));

/** Transactions a second, of those that ended after the lead. */
async function run(task: SqlTask & { readonly leadSeconds: number }): Promise<number> {
  const sql = postgres(task.url, { max: task.clients, fetch_types: false, onnotice: () => undefined });
  const statements = task.statements.map(bind);
  const countedFrom = performance.now() + task.leadSeconds * 1000;
  const deadline = countedFrom + task.seconds * 1000;
  let done = 0;
  const client = async () => {
    for (let now = 0; now < deadline; ) {
      const values = new Map(Object.entries(task.variables).map(([name, most]) => [name, drawUpTo(most)]));
      const [only] = statements;
      if (statements.length === 1 && only) await send(sql, only, values);
      else
        await sql.begin(async (tx) => {
          for (const statement of statements) await send(tx, statement, values);
        });
      now = performance.now();
      if (now > countedFrom && now <= deadline) done++;
    }
  };
  await Promise.all(Array.from({ length: task.clients }, client));
  await sql.end();
  return done / task.seconds;
}

async function send(
  on: postgres.Sql | postgres.TransactionSql,
  { text, names }: Bound,
  values: ReadonlyMap<string, string>,
): Promise<void> {
  const given = names.map((name) => values.get(name) ?? "");
  await on.unsafe(text, given, { prepare: true });
}

function drawUpTo(most: number): string {
  return String(1 + Math.floor(Math.random() * most));
}

/** `:name` becomes $1, $2, …, each with the name whose value it takes; `::type` stays. */
function bind(statement: string): Bound {
  const names: string[] = [];
  const text = statement.replace(/(?<!:):([a-z]\w*)/g, (_, name: string) => `$${names.push(name)}`);
  return { text, names };
}
