import type { Result } from "./results.ts";

/** What `k6 run --summary-export` writes: a threshold is true where it was missed. */
interface Summary {
  metrics: Record<string, Metric>;
}
type Metric = Record<string, number> & { thresholds?: Record<string, boolean> };

export interface Verdict {
  results: Result[];
  /** Why the figures say nothing about the server, where that is so. */
  distrust?: string;
}

/** Figures worth reading though they have no goal, and their statistic in the summary. */
const informative = [
  ["iterations", "count", ""],
  ["http_reqs", "rate", "/s"],
  ["requests_shed", "value", ""],
  ["orders_out_of_stock", "count", ""],
  ["units_ordered", "value", ""],
  ["units_left", "value", ""],
  ["not_modified", "value", ""],
] as const;

/** So much more time may the last quarter of a soak take than the first. */
const DRIFT_MAX = 1.5;
/** Below, a difference is the machine's. */
const DRIFT_FROM_MS = 10;
/** A quarter with fewer requests has no 95th percentile to speak of. */
const DRIFT_REQUESTS_MIN = 500;

const BUSY_IDLE_SHARE = 0.2;

/**
 * One result for each threshold. `idleShare` is how much of this machine's CPU was idle during the run: a generator
 * needs a fifth of it left, or it measures itself (k6, "Running large tests").
 * Dropped iterations are the server's doing only where it missed another goal while the generator had CPU left.
 */
export function judge({ metrics }: Summary, idleShare: number): Verdict {
  const goals = Object.keys(metrics)
    .sort()
    .flatMap((name) => thresholds(name, metrics[name] ?? {}))
    .concat(drifts(metrics));
  const figures = informative.flatMap(([name, statistic, unit]) => {
    const { [statistic]: value, thresholds } = metrics[name] ?? {};
    return value === undefined || thresholds !== undefined ? [] : [{ name, value, unit, goal: null, pass: true }];
  });
  const idle = { name: "idle CPU of this machine", value: idleShare, unit: "", goal: null, pass: true };
  const results = [...goals, ...figures, idle];

  const dropped = metrics.dropped_iterations?.count ?? 0;
  const serverFellShort = goals.some((goal) => !goal.pass && !goal.name.startsWith("dropped_iterations"));
  if (dropped > 0 && (idleShare < BUSY_IDLE_SHARE || !serverFellShort)) {
    return { results, distrust: `the generator was the limit: it dropped ${dropped} iterations` };
  }
  return { results };
}

function thresholds(name: string, metric: Metric): Result[] {
  return Object.entries(metric.thresholds ?? {}).map(([expression, missed]) => {
    const [, statistic = "", goal = ""] = /^([^<>=!]+)(.+)$/.exec(expression) ?? [];
    const measured = {
      name: `${name} ${statistic}`,
      value: metric[statistic] ?? metric.value ?? 0,
      unit: statistic.startsWith("p(") ? "ms" : "",
    };
    return missed || !isEmpty(statistic, metric) ? { ...measured, goal, pass: !missed } : notJudged(measured);
  });
}

/** Where nothing was measured, k6 counts a threshold as kept. */
function isEmpty(statistic: string, { count, passes, fails }: Metric): boolean {
  return statistic === "rate" ? passes === 0 && fails === 0 : statistic.startsWith("p(") && count === 0;
}

function notJudged(measured: Pick<Result, "name" | "value" | "unit">): Result {
  return { ...measured, name: `${measured.name} (too few requests: not judged)`, goal: null, pass: true };
}

/** A soak's last quarter against its first, by what is tagged with both. */
function drifts(metrics: Summary["metrics"]): Result[] {
  return Object.entries(metrics).flatMap(([name, first]) => {
    const last = metrics[name.replace("quarter:first", "quarter:last")];
    if (!name.includes("quarter:first") || last === undefined) return [];
    const value = (last["p(95)"] ?? 0) / Math.max(first["p(95)"] ?? 0, DRIFT_FROM_MS);
    const telling = Math.min(first.count ?? 0, last.count ?? 0) >= DRIFT_REQUESTS_MIN;
    const named = { name: `${name.replace("quarter:first", "last quarter/first")} p(95)`, value, unit: "times" };
    return [telling ? { ...named, goal: `<=${DRIFT_MAX}`, pass: value <= DRIFT_MAX } : notJudged(named)];
  });
}
