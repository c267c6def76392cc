import type { Handle } from "../../platform/database.ts";
import { firstId } from "../../shared/ids.ts";
import type { Segment } from "./segments.ts";

export interface RegionFigures {
  /** When the figures were right. */
  readonly asOf: string;
  /** Null in a single row where there are no figures. */
  readonly region: string | null;
  readonly placed: string;
  readonly orders: string;
  readonly revenue: string;
  readonly newUsers: string;
}

/**
 * The figures of the segments by region: from the roll-ups, the events that these do not hold yet, and at the ends from
 * single events. One statement, one snapshot: each event counts once, wherever the roll-ups are. An event is of the time
 * in its id. `offset 0` keeps each segment a look-up of its own, by index.
 */
export async function figuresByRegion({ sql }: Handle, segments: readonly Segment[]): Promise<RegionFigures[]> {
  return sql<RegionFigures[]>`
    with segment as materialized (
      select grain, since, until, first, past
        from jsonb_to_recordset(${JSON.stringify(segments.map(asSpan))}::text::jsonb) 
          as s(grain text, since timestamptz, until timestamptz, first uuid, past uuid)
    ), part as (
      select region, placed, orders, revenue, new_users
        from segment s cross join lateral (
          select region, placed, orders, revenue, new_users from analytics.by_region r
           where r.grain = s.grain and r.start >= s.since and r.start < s.until offset 0) r
      union all
      select region, placed, orders, revenue, new_users from analytics.unrolled
       where id >= (select first from segment where grain <> 'event' order by since limit 1)
         and id < (select past from segment where grain <> 'event' order by since desc limit 1)
      union all
      select region, placed, orders, revenue, new_users
        from segment s cross join lateral (
          select region, placed, orders, revenue, new_users from analytics.events e
           where e.id >= s.first and e.id < s.past offset 0) e
       where s.grain = 'event'
    )
    select now() as "asOf", region, placed, orders, revenue, "newUsers" from (select) as one
      left join (
        select region, sum(placed) as placed, sum(orders) as orders, sum(revenue) as revenue, sum(new_users) as "newUsers"
          from part group by region order by region) f on true`;
}

export interface Sales {
  readonly kind: "product" | "category";
  /** The SKU, for a product. */
  readonly sku: string | null;
  /** The SKU's or the category's; null where no event has named it yet. */
  readonly name: string | null;
  readonly quantity: string;
  readonly revenue: string;
}

const productsMax = 10;
const categoriesMax = 100;

/** What was sold in the segments: the SKUs that brought most, and all categories, likewise. */
export async function salesIn({ sql }: Handle, segments: readonly Segment[]): Promise<Sales[]> {
  return sql<Sales[]>`
    with segment as materialized (
      select grain, since, until, first, past
        from jsonb_to_recordset(${JSON.stringify(segments.map(asSpan))}::text::jsonb) 
          as s(grain text, since timestamptz, until timestamptz, first uuid, past uuid)
    ), line as (
      select lines from analytics.unrolled
       where id >= (select first from segment where grain <> 'event' order by since limit 1)
         and id < (select past from segment where grain <> 'event' order by since desc limit 1)
      union all
      select lines
        from segment s cross join lateral (
          select lines from analytics.events e where e.id >= s.first and e.id < s.past offset 0) e
       where s.grain = 'event'
    ), part as (
      select sku, quantity, revenue
        from segment s cross join lateral (
          select sku, quantity, revenue from analytics.by_sku r
           where r.grain = s.grain and r.start >= s.since and r.start < s.until offset 0) r
      union all
      select sku, quantity, amount from line cross join jsonb_to_recordset(lines) as l(sku text, quantity bigint, amount bigint)
    ), sold as materialized (
      select sku, sum(quantity) as quantity, sum(revenue) as revenue from part group by sku
    ), named as (
      select sku, n.name, n.category, quantity, revenue
        from sold left join lateral (select name, category from analytics.skus where sku = sold.sku limit 1) n on true
    )
    (select 'product' as kind, sku, name, quantity, revenue from named order by revenue desc, sku limit ${productsMax})
    union all
    (select 'category', null, category, sum(quantity), sum(revenue) as revenue from named
      group by category order by revenue desc, category limit ${categoriesMax})`;
}

/** The segment, and the ids that its events lie between. */
function asSpan(segment: Segment) {
  return { ...segment, first: firstId(segment.since), past: firstId(segment.until) };
}
