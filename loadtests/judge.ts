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
  ["orders_out_of_stock", "count", ""],
  ["not_modified", "value", ""],
] as const;

const BUSY_IDLE_SHARE = 0.2;

/**
 * One result for each threshold. `idleShare` is how much of this machine's CPU was idle during the run: a generator
 * needs a fifth of it left, or it measures itself (k6, "Running large tests").
 * Dropped iterations are the server's doing only where it missed another goal while the generator had CPU left.
 */
export function judge({ metrics }: Summary, idleShare: number): Verdict {
  const goals = Object.keys(metrics)
    .sort()
    .flatMap((name) => thresholds(name, metrics[name] ?? {}));
  const figures = informative.flatMap(([name, statistic, unit]) => {
    const value = metrics[name]?.[statistic];
    return value === undefined ? [] : [{ name, value, unit, goal: null, pass: true }];
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
    return {
      name: `${name} ${statistic}`,
      value: metric[statistic] ?? metric.value ?? 0,
      unit: statistic.startsWith("p(") ? "ms" : "",
      goal,
      pass: !missed,
    };
  });
}
