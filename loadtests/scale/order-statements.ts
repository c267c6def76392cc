import { placingCalls } from "../lab/placing-calls.ts";
import type { Shop } from "../lab/shop.ts";
import { nearest } from "./nearest.ts";

/** What the primary was asked in some time. */
export interface OrderStatements {
  readonly orders: number;
  /** Of the procedure that places them. */
  readonly calls: number;
  /** Of any statement. */
  readonly all: number;
}

export interface StatementWatch {
  /** The moments are milliseconds since 1970, within the watch. */
  readonly between: (from: number, to: number) => OrderStatements;
  readonly stop: () => Promise<void>;
}

const everyMs = 500;

/** Reads the primary's counts twice a second, since what is counted begins and ends inside a run of k6. */
export function watchStatements(shop: Pick<Shop, "admin">): StatementWatch {
  const samples: (OrderStatements & { readonly at: number })[] = [];
  const take = async () => void samples.push({ ...(await counts(shop)), at: Date.now() });
  let over = false;
  const taking = (async () => {
    for (; !over; await Bun.sleep(everyMs)) await take();
    await take();
  })();
  taking.catch(() => undefined); // whoever stops it hears of it
  return {
    between: (from, to) => {
      const [a, b] = [nearest(samples, from), nearest(samples, to)];
      return { orders: b.orders - a.orders, calls: b.calls - a.calls, all: b.all - a.all };
    },
    stop: () => {
      over = true;
      return taking;
    },
  };
}

async function counts({ admin }: Pick<Shop, "admin">): Promise<OrderStatements> {
  const [found] = await admin<OrderStatements[]>`
    with calls_of_place as (${placingCalls(admin)})
    select (select coalesce(sum(n_tup_ins), 0)::float8 from pg_stat_user_tables
             where schemaname = 'orders' and relname ~ '^orders_') as orders,
           (select calls from calls_of_place) as calls,
           coalesce(sum(calls), 0)::float8 + (select calls from calls_of_place) as all
      from pg_stat_statements
     where query ~* '^\\s*(select|insert|update|delete|with)' and query !~ 'pg_stat_statements'`;
  if (!found) throw new Error("pg_stat_statements answers nothing");
  return found;
}
