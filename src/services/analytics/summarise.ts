import { readNewest } from "../../platform/consistency/read.ts";
import type { Scope } from "../../platform/scope.ts";
import { notAllowed, type Problem } from "../../shared/errors.ts";
import { money } from "../../shared/money.ts";
import { rfc3339 } from "../../shared/times.ts";
import { figuresByRegion, type RegionFigures, type Sales, salesIn } from "./queries.ts";
import type { Summary } from "./schemas.ts";
import { endOfDay, segmentsOf } from "./segments.ts";

const dayMs = 24 * 60 * 60 * 1000;
const defaultDays = 30;
const daysMax = 366;

/** The shop's figures from `from` to, not including, `to`. @throws Problem invalid-request for an empty or too long span */
export async function summarise(scope: Scope, span: { readonly from?: Date; readonly to?: Date }): Promise<Summary> {
  const now = new Date();
  const to = span.to ?? now;
  const from = span.from ?? new Date(to.getTime() - defaultDays * dayMs);
  if (from >= to) throw badStart("before query.to");
  if (to.getTime() - from.getTime() > daysMax * dayMs) throw badStart(`at most ${daysMax} days before query.to`);
  const segments = segmentsOf(from, to < now ? to : endOfDay(now));
  const [regions, sales] = await Promise.all([
    readNewest(scope, "analytics", (db) => figuresByRegion(db, segments)),
    readNewest(scope, "analytics", (db) => salesIn(db, segments)),
  ]);
  return { from: from.toISOString(), to: to.toISOString(), ...present(regions, sales, scope.deps.config.CURRENCY) };
}

function badStart(message: string): Problem {
  return notAllowed({ path: "query.from", message });
}

function present(
  rows: readonly RegionFigures[],
  sales: readonly Sales[],
  currency: string,
): Omit<Summary, "from" | "to"> {
  const byRegion = rows.flatMap(({ region, ...row }) => (region === null ? [] : { region, ...figures(row, currency) }));
  const sum = (of: (row: (typeof byRegion)[number]) => number) => byRegion.reduce((total, row) => total + of(row), 0);
  return {
    asOf: rfc3339(rows[0]?.asOf ?? ""),
    placed: sum(({ placed }) => placed),
    orders: sum(({ orders }) => orders),
    revenue: money(
      sum(({ revenue }) => revenue.amount),
      currency,
    ),
    newUsers: sum(({ newUsers }) => newUsers),
    topProducts: sales.flatMap(({ sku, name, ...sold }) =>
      sku === null ? [] : { sku, name: name ?? sku, ...soldOf(sold, currency) },
    ),
    byCategory: sales.flatMap(({ kind, name, ...sold }) =>
      kind === "category" ? { category: name, ...soldOf(sold, currency) } : [],
    ),
    byRegion,
  };
}

function figures({ placed, orders, revenue, newUsers }: Omit<RegionFigures, "region">, currency: string) {
  return {
    placed: Number(placed),
    orders: Number(orders),
    revenue: money(Number(revenue), currency),
    newUsers: Number(newUsers),
  };
}

function soldOf({ quantity, revenue }: Pick<Sales, "quantity" | "revenue">, currency: string) {
  return { quantity: Number(quantity), revenue: money(Number(revenue), currency) };
}
