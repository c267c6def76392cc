import type { Fleet } from "./fleet.ts";
import { boundParts, type Lab, type Part } from "./lab.ts";
import { forgetStatements, type OrderStatements, orderStatements } from "./order-statements.ts";
import type { Quotas } from "./quotas.ts";
import { runK6, type Summary } from "./run-k6.ts";
import { type Use, watch } from "./watch.ts";

/** The bounds of a held rate, in ms: the journeys' own (loadtests/lib/thresholds.ts). */
export const p99BoundMs = { read: 250, write: 750 } as const;
type Kind = keyof typeof p99BoundMs;
/** Of as many journeys as began in the time that counts, so many ended in it, but for a few that happen to end outside. */
const finishedShareMin = 0.95;
const outsideMax = 3;

/** One of the application (its instances together), k6, HAProxy, PostgreSQL, … */
export interface PartUse extends Use {
  readonly part: "application" | Part;
  /** In cores. */
  readonly quota: number;
  /** Of its quota that it used. */
  readonly share: number;
}

export interface Latency {
  readonly kind: Kind;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** What a fleet made of one rate. */
export interface Probe {
  /** Journeys begun a second. */
  readonly rate: number;
  readonly held: boolean;
  /** Why it was not held. */
  readonly lost: readonly string[];
  readonly requestsPerSecond: number;
  readonly latencies: readonly Latency[];
  readonly parts: readonly PartUse[];
  /** Of the whole machine: without any, quotas are no longer what bounds. */
  readonly idleShare: number;
  readonly orders: OrderFigures | undefined;
}

interface OrderFigures {
  /** How many orders one call of `place` carries. */
  readonly aStatement: number;
  /** Statements of the primary, for an order and all that follows from it. */
  readonly statements: number;
  /** CPU of the primary for the same. */
  readonly databaseMs: number;
}

export interface ProbeSettings {
  /** The name of a script in `loadtests/scale/k6`. */
  readonly journey: string;
  readonly quotas: Quotas;
  readonly warmUpSeconds: number;
  /** Those that count. */
  readonly seconds: number;
}

/** Offers a rate to a fleet under the quotas, and measures what counts. */
export async function probe(lab: Lab, fleet: Fleet, settings: ProbeSettings, rate: number): Promise<Probe> {
  const { journey, quotas, warmUpSeconds, seconds } = settings;
  fleet.bound(quotas.instance);
  boundParts(lab, quotas);
  await forgetStatements(lab.shop);
  const partGroups = Object.entries(lab.parts).flatMap(([name, group]) => {
    const [part, quota] = [name as Part, quotas[name as Part]];
    return quota === undefined ? [] : [{ part, quota, group }];
  });
  const watching = watch([...fleet.groups, ...partGroups.map(({ group }) => group)]);
  const summary = await runK6(lab, journey, {
    RATE: rate.toFixed(2),
    WARM_UP_SECONDS: warmUpSeconds,
    SECONDS: seconds,
  }).finally(watching.stop);
  const from = value(summary, "counting_since", "value") ?? Date.now();
  const to = from + seconds * 1000;
  const uses = watching.between(from, to);
  const application = sumOf(uses.slice(0, fleet.groups.length));
  const parts = [
    partUse("application", application, quotas.instance * fleet.groups.length),
    ...partGroups.map(({ part, quota }, index) => partUse(part, uses[fleet.groups.length + index] ?? sumOf([]), quota)),
  ];
  const statements = await orderStatements(lab.shop);
  const journeysPerSecond = (value(summary, "iterations{phase:counted}", "count") ?? 0) / seconds;
  const lost = reasonsLost(summary, rate, journeysPerSecond + outsideMax / seconds);
  return {
    rate,
    held: lost.length === 0,
    lost,
    requestsPerSecond: (value(summary, "http_reqs{phase:counted}", "count") ?? 0) / seconds,
    latencies: latenciesOf(summary),
    parts,
    idleShare: watching.idleBetween(from, to),
    orders: statements.orders > 0 ? orderFigures(statements, parts, journeysPerSecond) : undefined,
  };
}

/** Each order is a journey of its own. */
function orderFigures(statements: OrderStatements, parts: readonly PartUse[], perSecond: number): OrderFigures {
  const database = parts.find(({ part }) => part === "database")?.cores ?? 0;
  return {
    aStatement: statements.orders / statements.calls,
    statements: statements.all / statements.orders,
    databaseMs: (database / perSecond) * 1000,
  };
}

/** The journeys that came to an end count too: a fleet that falls behind holds nothing, whatever its answers say. */
function reasonsLost(summary: Summary, rate: number, finishedPerSecond: number): string[] {
  const dropped = value(summary, "dropped_iterations", "count") ?? 0;
  const failed = value(summary, "requests_failed{phase:counted}", "rate") ?? 0;
  const shed = value(summary, "requests_shed{phase:counted}", "rate") ?? 0;
  const checks = value(summary, "checks{phase:counted}", "rate") ?? 0;
  return [
    ...(dropped > 0 ? [`${dropped} journeys were dropped`] : []),
    ...(failed > 0 ? [`${percent(failed)} of the requests failed`] : []),
    ...(shed > 0 ? [`${percent(shed)} of the requests were shed`] : []),
    ...(checks < 1 ? [`${percent(1 - checks)} of the checks failed`] : []),
    ...(finishedPerSecond < rate * finishedShareMin
      ? [`at most ${finishedPerSecond.toFixed(1)} a second came to an end`]
      : []),
    ...latenciesOf(summary)
      .filter(({ kind, p99 }) => p99 > p99BoundMs[kind])
      .map(({ kind, p99 }) => `99 % of the ${kind}s took ${Math.round(p99)} ms`),
  ];
}

function latenciesOf(summary: Summary): Latency[] {
  return (["read", "write"] as const).flatMap((kind) => {
    const found = summary[`http_req_duration{phase:counted,kind:${kind}}`]?.values;
    if (!found?.count) return [];
    return [{ kind, p50: found.med ?? 0, p95: found["p(95)"] ?? 0, p99: found["p(99)"] ?? 0 }];
  });
}

function partUse(part: PartUse["part"], { cores, throttled }: Use, quota: number): PartUse {
  return { part, quota, cores, throttled, share: cores / quota };
}

function sumOf(uses: readonly Use[]): Use {
  return uses.reduce((sum, use) => ({ cores: sum.cores + use.cores, throttled: sum.throttled + use.throttled }), {
    cores: 0,
    throttled: 0,
  });
}

function value(summary: Summary, metric: string, statistic: string): number | undefined {
  return summary[metric]?.values[statistic];
}

/** Whole ones, and tenths of what is small. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(share < 0.1 ? 1 : 0))} %`;
}
