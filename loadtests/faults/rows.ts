import { setTimeout as wait } from "node:timers/promises";
import type { FleetInstance } from "../lab/fleet.ts";
import type { Lab } from "./lab.ts";
import type { Answered } from "./load.ts";
import type { Fault } from "./outcome.ts";

/** What a fault is brought upon, and what a seed decides of it. */
export interface Stage {
  readonly lab: Lab;
  readonly random: () => number;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A fault under load. */
export interface Experiment {
  readonly title: string;
  /** For how long buyers come, and how many a second. */
  readonly seconds: number;
  readonly rate: number;
  readonly strike: (stage: Stage) => Promise<Fault>;
}

/** How much of a fault clients may notice. */
export interface Row extends Experiment {
  readonly goals: {
    /** The errors that the fault excuses. */
    readonly excuses: Excuse;
    /** See outcome.ts for what is measured. */
    readonly clientsBackMs: number;
    readonly eventsBackMs: number;
  };
}

interface Excuse {
  readonly what: string;
  readonly covers: (answer: Answered, fault: Fault) => boolean;
}

const nothing: Excuse = { what: "none", covers: () => false };
const inFlight: Excuse = {
  what: "502 or no answer to what was in flight on it",
  covers: ({ status, began, ended }, fault) =>
    (status === 0 || status === 502) && began <= fault.over && ended >= fault.began,
};
/** Those in flight when it went get the same answer: its outcome is unknown, and the same key tells. */
const writesRefused: Excuse = {
  what: "writes: 503 primary-unavailable with Retry-After",
  covers: ({ kind, status, problem, retryAfter }) =>
    kind === "write" && status === 503 && problem === "primary-unavailable" && retryAfter,
};

/** Journeys a second: so many that something is in flight on any instance at any time, or nearly. */
export const crowd = 30;
/** How long a part stays away. */
const awayMs = 4_000;
/** After an instance says that it is ready, until the balancer has asked it. */
const inRotationMs = 800;

/** The relay's lease of an instance that died runs out after 6 s, the queue tries again after 1 s, 6 s. */
export const rows: Readonly<Record<string, Row>> = {
  "kill-instance": {
    title: "kill -9 of one of three instances",
    seconds: 20,
    rate: crowd,
    strike: killOne,
    goals: { excuses: inFlight, clientsBackMs: 2_000, eventsBackMs: 10_000 },
  },
  "rolling-restart": {
    title: "rolling restart of all three instances",
    seconds: 26,
    rate: crowd,
    strike: (stage) => restartAll(stage, (instance) => instance.drain()),
    goals: { excuses: nothing, clientsBackMs: 0, eventsBackMs: 2_000 },
  },
  redis: {
    title: "Redis stopped and back",
    seconds: 20,
    rate: 10,
    strike: (stage) => away(stage, "redis"),
    goals: { excuses: nothing, clientsBackMs: 0, eventsBackMs: 2_000 },
  },
  standby: {
    title: "standby stopped and back",
    seconds: 20,
    rate: 10,
    strike: (stage) => away(stage, "standby"),
    goals: { excuses: nothing, clientsBackMs: 0, eventsBackMs: 2_000 },
  },
  dispatcher: {
    title: "dispatcher stopped and back",
    seconds: 20,
    rate: 10,
    strike: (stage) => away(stage, "qstash"),
    goals: { excuses: nothing, clientsBackMs: 0, eventsBackMs: 10_000 },
  },
  primary: {
    title: "primary restarted",
    seconds: 25,
    rate: 10,
    strike: (stage) => away(stage, "primary"),
    goals: { excuses: writesRefused, clientsBackMs: 5_000, eventsBackMs: 20_000 },
  },
};

async function killOne({ lab, random, say }: Stage): Promise<Fault> {
  const instance = lab.instances[Math.floor(random() * lab.instances.length)];
  if (instance === undefined) throw new Error("there is nothing to kill");
  const began = Date.now();
  await instance.kill();
  say(`killed ${instance.name}`);
  return { began, over: Date.now() };
}

/** One after the other, each back in the balancer's rotation before the next is stopped. */
export async function restartAll(
  { lab, say, signal }: Stage,
  stop: (instance: FleetInstance) => Promise<void>,
): Promise<Fault> {
  const began = Date.now();
  for (const instance of lab.instances) {
    await stop(instance);
    signal.throwIfAborted();
    await instance.start();
    say(`restarted ${instance.name}`);
    await wait(inRotationMs, undefined, { signal });
  }
  return { began, over: Date.now() };
}

async function away({ lab, say, signal }: Stage, part: Parameters<Lab["shop"]["crash"]>[0]): Promise<Fault> {
  const began = Date.now();
  await lab.shop.crash(part);
  say(`stopped ${part}`);
  await wait(awayMs, undefined, { signal });
  await lab.shop.revive(part);
  say(`${part} is back`);
  return { began, over: Date.now() };
}
