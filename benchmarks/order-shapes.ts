/** One way to keep an order, in a scratch schema of its own. */
export interface Shape {
  readonly schema: string;
  readonly make: string;
  readonly drop: string;
  /** One statement that writes so many orders; variables: a random `:number`, a `:user` from 1 to `users`. */
  readonly insert: (orders: number) => string;
}

export const users = 10_000;
const partitions = 16;

export const inColumns: Shape = {
  schema: "bench_columns",
  drop: "drop schema bench_columns cascade;",
  make: `create schema bench_columns; ${partitioned("bench_columns.orders", `${orderColumns()}, lines jsonb not null, history jsonb not null`, "id")}
    create index on bench_columns.orders (user_id, created_at, id);`,
  insert: (orders) => `
    with given as (${givenOrders(orders)})
    insert into bench_columns.orders(user_id, id, status, total, currency, lines, history)
    select user_id, id, 'pending', 3998, 'USD', lines, jsonb_build_array(jsonb_build_object('status', 'pending', 'at', now())) from given`,
};

export const inTables: Shape = {
  schema: "bench_tables",
  drop: "drop schema bench_tables cascade;",
  make: `create schema bench_tables; ${partitioned("bench_tables.orders", orderColumns(), "id")}
    create index on bench_tables.orders (user_id, created_at, id);
    ${partitioned("bench_tables.lines", lineColumns(), "order_id, sku")}
    ${partitioned("bench_tables.history", "user_id uuid not null, order_id uuid not null, status text not null, at timestamptz not null default now()", "order_id, status")}`,
  insert: (orders) => `
    with given as (${givenOrders(orders)}), lines as (
      insert into bench_tables.lines(user_id, order_id, sku, name, quantity, unit_price)
      select user_id, id, l.sku, l.name, l.quantity, l.unit_price
        from given cross join lateral jsonb_to_recordset(lines) as l(sku text, name text, quantity int, unit_price bigint)
    ), history as (
      insert into bench_tables.history(user_id, order_id, status) select user_id, id, 'pending' from given
    )
    insert into bench_tables.orders(user_id, id, status, total, currency) select user_id, id, 'pending', 3998, 'USD' from given`,
};

function orderColumns(): string {
  return `user_id uuid not null, id uuid not null, status text not null, total bigint not null, currency text not null,
    version int not null default 1, created_at timestamptz not null default now(), updated_at timestamptz not null default now()`;
}

function lineColumns(): string {
  return "user_id uuid not null, order_id uuid not null, sku text not null, name text not null, quantity int not null, unit_price bigint not null";
}

/** A table like the product's orders: by user, who stands first in the key. */
function partitioned(table: string, columns: string, key: string): string {
  const parts = Array.from(
    { length: partitions },
    (_, index) =>
      `create table ${table}_${index} partition of ${table} for values with (modulus ${partitions}, remainder ${index});`,
  );
  return `create table ${table}(${columns}, primary key (user_id, ${key})) partition by hash (user_id); ${parts.join(" ")}`;
}

/** Orders of two lines as the application would send them. Blanks keep pgbench from taking a colon for a variable's. */
function givenOrders(orders: number): string {
  const line = (sku: string) => `{"sku": "${sku}", "name": "Thing of a benchmark", "quantity": 1, "unit_price": 1999}`;
  return `select md5('user' || (:user::int + n) % ${users})::uuid as user_id, md5(:number::text || n)::uuid as id,
    '[${line("BENCH-1")}, ${line("BENCH-2")}]'::jsonb as lines from generate_series(1, ${orders}) n`;
}
