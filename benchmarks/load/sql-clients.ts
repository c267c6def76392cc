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

if (import.meta.main) console.log(await run(await Bun.stdin.json()));

async function run(task: SqlTask): Promise<number> {
  const sql = postgres(task.url, { max: task.clients, fetch_types: false, onnotice: () => undefined });
  const deadline = performance.now() + task.seconds * 1000;
  const statements = task.statements.map(bind);
  let done = 0;
  const client = async () => {
    for (; performance.now() < deadline; done++) {
      const drawn = Object.entries(task.variables).map(
        ([name, most]) => [name, Math.ceil(Math.random() * most)] as const,
      );
      const values = new Map(drawn);
      const send = async (on: postgres.Sql | postgres.TransactionSql) => {
        for (const { text, names } of statements)
          await on.unsafe(
            text,
            names.map((name) => String(values.get(name))),
            { prepare: true },
          );
      };
      await (statements.length === 1 ? send(sql) : sql.begin(send));
    }
  };
  await Promise.all(Array.from({ length: task.clients }, client));
  await sql.end();
  return done / task.seconds;
}

/** `:name` becomes $1, $2, …, each with the name whose value it takes; `::type` stays. */
function bind(statement: string): { readonly text: string; readonly names: readonly string[] } {
  const names: string[] = [];
  const text = statement.replace(/(?<!:):([a-z]\w*)/g, (_, name: string) => `$${names.push(name)}`);
  return { text, names };
}
