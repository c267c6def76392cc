import type { Result } from "../results.ts";
import type { Experiment, Outcome } from "./experiment.ts";
import { withFleet } from "./fleet.ts";
import type { Lab } from "./lab.ts";
import { makePast } from "./past.ts";
import { shown } from "./plot.ts";
import { type Probe, percent, probe } from "./probe.ts";
import type { Quotas } from "./quotas.ts";
import type { Section } from "./section.ts";
import { unlessStopped, watched } from "./soundness.ts";
import { untilAtRest, warmUp } from "./warm-up.ts";

const sizes = [1_000, 100_000, 1_000_000];
const journey = "checkout";
/** About half of what these quotas hold, so that nothing waits and the data alone differ. */
const rate = 12;
const quotas: Quotas = { instance: 0.5, generator: 0.3, balancer: 0.1, database: 0.6, standby: 0.2, cloud: 0.3 };
const tries = 3;
/** Of journeys: 99 % of the writes of a checkout is told by two of each. */
const samplesTimes = 4;
const growthMax = 1.2;

interface Sized {
  readonly users: number;
  readonly probes: readonly Probe[];
}

/** More data: the same rate before ever more users and orders. */
export const data: Experiment = async (lab, { samples }) => {
  const measured: Sized[] = [];
  await withFleet(lab, { instances: 1 }, async (fleet) => {
    for (const [index, users] of sizes.entries()) {
      await fill(lab, (sizes[index - 1] ?? 0) + 1, users);
      await warmUp(lab, fleet, journey);
      await watched(lab, () => probe(lab, fleet, { journey, quotas, journeys: samples }, rate));
      const probes: Probe[] = [];
      while (probes.length < tries) {
        await untilAtRest(lab, fleet);
        const tried = await probe(lab, fleet, { journey, quotas, journeys: samples * samplesTimes }, rate);
        lab.say(`  ${users} users: ${described(tried)}`);
        probes.push(tried);
      }
      measured.push({ users, probes });
    }
  });
  return outcomeOf(measured);
};

async function fill({ shop, say, signal }: Lab, from: number, to: number): Promise<void> {
  const start = Date.now();
  await unlessStopped(signal, makePast(shop, from, to));
  say(`  ${to} users and orders (${((Date.now() - start) / 1000).toFixed(0)} s)`);
}

const figures = [
  { name: "p99 of reads", unit: "ms", of: (tried: Probe) => p99(tried, "read") },
  { name: "p99 of writes", unit: "ms", of: (tried: Probe) => p99(tried, "write") },
  { name: "statements an order", unit: "", of: (tried: Probe) => tried.orders?.statements ?? 0 },
  { name: "CPU of the database an order", unit: "ms", of: (tried: Probe) => tried.orders?.databaseMs ?? 0 },
] as const;
/** The last is a figure without a goal: the issue bounds what a client sees and what is asked. */
const bounded = figures.slice(0, 3);

function outcomeOf(measured: readonly Sized[]): Outcome {
  const value = (at: number, of: (tried: Probe) => number) => middle(measured.at(at)?.probes.map(of) ?? []);
  const results = bounded.map(({ name, of }): Result => {
    const growth = value(-1, of) / value(0, of);
    const what = `data: ${name}, ${sizes.at(-1)} users against ${sizes[0]}`;
    return { name: what, value: growth, unit: "times", goal: `<=${growthMax}`, pass: growth <= growthMax };
  });
  const lost = measured.flatMap(({ users, probes }) =>
    probes.flatMap((tried) => tried.lost.map((why) => `data, ${users} users: ${why}`)),
  );
  return {
    sections: [sectionOf(measured)],
    results,
    distrust: [...new Set(lost)],
    quotas: { data: quotas },
    measured: { data: measured },
  };
}

function sectionOf(measured: readonly Sized[]): Section {
  const x = measured.map((_, index) => index + 1);
  const series = (of: (tried: Probe) => number) => measured.map(({ probes }) => middle(probes.map(of)));
  return {
    title: "More data",
    text: [
      `The checkout journey at ${rate} a second before ever more users with an order each; the middle of ${tries} tries.`,
    ],
    plots: [
      {
        title: "Latency at one rate",
        xLabel: `size: ${sizes.map((users, index) => `${index + 1} is ${users} users`).join(", ")}`,
        yLabel: "p99, ms",
        x,
        series: figures.slice(0, 2).map(({ name, of }) => ({ name, values: series(of) })),
      },
    ],
    table: {
      caption: "More data: the same rate before ever more of them.",
      head: [
        "users and orders",
        ...figures.map(({ name, unit }) => (unit ? `${name}, ${unit}` : name)),
        "database busy",
      ],
      rows: measured.map(({ users, probes }) => [
        String(users),
        ...figures.map(({ of }) => shown(middle(probes.map(of)))),
        percent(middle(probes.map(({ parts }) => parts.find(({ part }) => part === "database")?.share ?? 0))),
      ]),
    },
  };
}

function described(tried: Probe): string {
  const values = figures.map(({ name, unit, of }) => `${name} ${shown(of(tried))} ${unit}`.trim());
  return [...values, ...tried.lost].join(", ");
}

function p99({ latencies }: Probe, kind: string): number {
  return latencies.find((each) => each.kind === kind)?.p99 ?? 0;
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}
