import type { AssessedCurve, AssessedPoint } from "./assess.ts";
import { type Plot, shown } from "./plot.ts";
import { type PartUse, type Probe, p99BoundMs, percent, secondsMin } from "./probe.ts";
import type { Section, Table } from "./section.ts";
import { rateOf } from "./usl.ts";

const partNames = {
  application: "application",
  generator: "k6",
  balancer: "HAProxy",
  database: "PostgreSQL",
  standby: "its standby",
  cloud: "rest of the cloud",
  gateway: "other services",
} as const;

interface Shown {
  /** What there is ever more of. */
  readonly of?: string;
  /** Whether the law is shown: it is one of instances. */
  readonly fitted?: boolean;
}

/** A curve of fleets as the report shows it. */
export function curveSection(
  curve: AssessedCurve,
  title: string,
  about: string,
  { of = "instances", fitted = true }: Shown = {},
): Section {
  return {
    title,
    text: [
      about,
      `A rate is held when 99 % of the reads took at most ${p99BoundMs.read} ms and of the writes ${p99BoundMs.write} ms, and no journey was dropped, failed or shed.`,
      `A probe counts until the same number of journeys has begun, at least, whatever the fleet, and no less than ${secondsMin} s. What most tries of a rate say counts; the latencies are the middle try's.`,
      `${fitted ? outcome(curve) : ""}${uncounted(curve)}`.trim(),
    ].filter(Boolean),
    plots: [throughput(fitted ? curve : { ...curve, law: undefined }, of), latency(curve, of), cpu(curve, of)],
    table: table(curve.points, title, of),
  };
}

function outcome({ law, efficiency, efficiencyWithin, points }: AssessedCurve): string {
  if (law === undefined) return "Too few points count for a fit.";
  const { lambda, sigma, kappa } = law;
  const most = points.at(-1)?.instances;
  const [least, utmost] = (efficiencyWithin ?? []).map(percent);
  const within =
    least === undefined ? "" : `, within ${least} to ${utmost}, since a rate is known only to the next that was tried`;
  const reached =
    efficiency === undefined ? "" : ` ${most} instances gave ${percent(efficiency)} of ${most} times one${within}.`;
  return `Universal Scalability Law: lambda ${shown(lambda)} journeys/s, sigma ${shown(sigma)} (contention), kappa ${shown(kappa)} (coherence).${reached}`;
}

function uncounted({ points }: AssessedCurve): string {
  const marked = points.filter(({ marks }) => marks.length > 0);
  return marked.map(({ instances, marks }) => ` Not counted: ${instances}, since ${marks.join(" and ")}.`).join("");
}

function throughput({ points, law }: AssessedCurve, xLabel: string): Plot {
  const x = points.map(({ instances }) => instances);
  const one = points[0];
  const linear = one ? x.map((n) => (n * one.rate) / one.instances) : [];
  return {
    title: "Throughput",
    xLabel,
    yLabel: "journeys a second",
    x,
    series: [
      { name: "held", values: points.map(({ rate }) => rate) },
      { name: "so many times the first", values: linear, computed: true },
      ...(law ? [{ name: "the law", values: x.map((n) => rateOf(law, n)), computed: true }] : []),
    ],
  };
}

function latency({ points }: AssessedCurve, xLabel: string): Plot {
  const of = (kind: string, statistic: "p50" | "p99") =>
    points.map(({ probe }) => probe?.latencies.find((each) => each.kind === kind)?.[statistic]);
  const all = (["read", "write"] as const).flatMap((kind) =>
    (["p50", "p99"] as const).map((statistic) => ({ name: `${kind}s, ${statistic}`, values: of(kind, statistic) })),
  );
  return {
    title: "Latency at that rate",
    xLabel,
    yLabel: "ms",
    x: points.map(({ instances }) => instances),
    series: all.filter(({ values }) => values.some((value) => value !== undefined)),
  };
}

function cpu({ points }: AssessedCurve, xLabel: string): Plot {
  return {
    title: "CPU at that rate",
    xLabel,
    yLabel: "% of the quota",
    x: points.map(({ instances }) => instances),
    series: Object.entries(partNames).map(([part, name]) => ({
      name,
      values: points.map(({ probe }) => {
        const share = probe?.parts.find((use) => use.part === part)?.share;
        return share === undefined ? undefined : share * 100;
      }),
    })),
  };
}

function table(points: readonly AssessedPoint[], title: string, of: string): Table {
  const measured = [
    ...["requests/s", "p50, p99 of reads", "p50, p99 of writes"],
    ...Object.values(partNames),
    "CPU of the application a request",
    ...["orders a statement", "CPU of PostgreSQL an order", "machine idle"],
  ];
  return {
    caption: `${title}: the highest rate held. CPU is the share of the quota in cores, and the seconds a second for which a part was throttled.`,
    head: [of, "journeys/s", ...measured, "limit", "counted"],
    rows: points.map(({ instances, rate, probe, limit, marks }) => [
      String(instances),
      shown(rate),
      ...(probe ? cells(probe) : measured.map(() => "–")),
      limit,
      marks.length === 0 ? "yes" : `no: ${marks.join(", ")}`,
    ]),
  };
}

function cells({ requestsPerSecond, latencies, parts, orders, idleShare }: Probe): string[] {
  const times = (kind: string) => {
    const found = latencies.find((each) => each.kind === kind);
    return found ? `${shown(found.p50)}, ${shown(found.p99)} ms` : "–";
  };
  const use = ({ share, throttled, quota }: PartUse) =>
    `${percent(share)} of ${shown(quota)}, ${throttled.toFixed(2)} s/s`;
  return [
    shown(requestsPerSecond),
    times("read"),
    times("write"),
    ...Object.keys(partNames).map((name) => {
      const found = parts.find(({ part }) => part === name);
      return found ? use(found) : "–";
    }),
    `${shown(((parts.find(({ part }) => part === "application")?.cores ?? 0) / requestsPerSecond) * 1000)} ms`,
    orders ? shown(orders.aStatement) : "–",
    orders ? `${shown(orders.databaseMs)} ms` : "–",
    percent(idleShare),
  ];
}
