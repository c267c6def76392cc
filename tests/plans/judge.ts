import type { Sql } from "postgres";
import type { Plan, PlanNode } from "./watched-database.ts";

/** More rows than a page, a batch of events or a sweep's round reads. */
const rowsMax = 1_000;

/** Tables that stay as small as they are: every other one grows with the shop. */
const smallForGood: Readonly<Record<string, string>> = {
  "events.cursor": "one row",
  "events.partitioned": "a row for each table that has partitions by the week",
  "analytics.cursor": "one row",
  "inventory.sweeps": "a row for each of two passes",
  "notifications.webhook_endpoints": "fifty rows at most",
};

export type Judge = (plan: Plan) => readonly string[];

/**
 * A judge of plans for the schema as it is. What it finds wrong: a table read in full, by rows or by an index without a
 * condition; more than one partition read, though the statement is about one user, category or event; many rows read.
 */
export async function openJudge(admin: Sql): Promise<Judge> {
  const rows = await admin<{ partition: string; of: string }[]>`
    select inhrelid::regclass::text as partition, inhparent::regclass::text as of
      from pg_inherits join pg_class c on c.oid = inhrelid where c.relkind = 'r'`;
  const parents = new Map(rows.map(({ partition, of }) => [partition, of]));
  return (plan) => {
    const scans = [...nodesOf(plan.root)].flatMap((node) => scanOf(node, parents) ?? []);
    const faults = [...Map.groupBy(scans, ({ table }) => table)].flatMap(([table, of]) => faultsOf(table, of));
    const [, routine] = /function "?([\w.]+)/.exec(plan.context) ?? [];
    return faults.map((fault) => (routine === undefined ? fault : `${fault}, in ${routine}`));
  };
}

interface Scan {
  /** That of all partitions, where it is one of them. */
  readonly table: string;
  readonly partition: string | undefined;
  readonly isBounded: boolean;
  /** Over all its loops; 0 where it was never run, as in partitions that were pruned while running. */
  readonly rows: number;
  readonly ran: boolean;
}

function scanOf(node: PlanNode, parents: ReadonlyMap<string, string>): Scan | undefined {
  const { Schema: schema, "Relation Name": relation, Plans: children = [] } = node;
  if (schema === undefined || relation === undefined || !node["Node Type"].endsWith("Scan")) return undefined;
  if (schema === "pg_catalog") return undefined;
  const name = `${schema}.${relation}`;
  const parent = parents.get(name);
  const bitmaps = children
    .flatMap((child) => [...nodesOf(child)])
    .filter(({ "Node Type": type }) => type === "Bitmap Index Scan");
  return {
    table: parent ?? name,
    partition: parent === undefined ? undefined : name,
    isBounded: bitmaps.length > 0 ? bitmaps.every(hasCondition) : hasCondition(node),
    rows: node["Actual Loops"] * (node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0)),
    ran: node["Actual Loops"] > 0,
  };
}

function hasCondition(node: PlanNode): boolean {
  return node["Index Cond"] !== undefined;
}

function faultsOf(table: string, scans: readonly Scan[]): string[] {
  if (table in smallForGood) return [];
  const partitions = new Set(scans.flatMap(({ ran, partition }) => (ran && partition ? [partition] : [])));
  const rows = scans.reduce((sum, scan) => sum + scan.rows, 0);
  return [
    ...(scans.every(({ isBounded }) => isBounded) ? [] : [`reads all of ${table}`]),
    ...(partitions.size <= 1 ? [] : [`reads several partitions of ${table}`]),
    ...(rows <= rowsMax ? [] : [`reads many rows of ${table}`]),
  ];
}

function* nodesOf(node: PlanNode): Generator<PlanNode> {
  yield node;
  for (const child of node.Plans ?? []) yield* nodesOf(child);
}
