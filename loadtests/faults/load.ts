import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Journal, journalOptions } from "../checker/journal.ts";

/** What a client saw of one request: when it was sent, when the answer was there or given up, and what it was. */
export interface Answered {
  /** ms since the epoch. */
  readonly began: number;
  readonly ended: number;
  readonly kind: "read" | "write";
  /** 0 where no answer came: what became of the request is unknown. */
  readonly status: number;
  /** The slug of a problem+json, else empty. */
  readonly problem: string;
  /** Whether it said when to come back. */
  readonly retryAfter: boolean;
}

/** Checkout load by k6, running. */
export interface Load {
  /** When the first journeys were under way. */
  readonly began: number;
  readonly isOver: () => boolean;
  /** Every answer, once the load is over. @throws Error where k6 did not do its work */
  readonly answers: () => Promise<readonly Answered[]>;
}

export interface LoadOptions {
  readonly k6: string;
  readonly url: string;
  readonly home: string;
  readonly journal: Journal;
  readonly seconds: number;
  /** Journeys begun each second, whatever the answers. */
  readonly rate: number;
  readonly seed: number;
}

const script = join(import.meta.dir, "k6", "checkout.ts");
const beginsWithinMs = 60_000;

/** Starts the load and resolves once it runs; `signal` kills it. */
export async function startLoad(options: LoadOptions, signal: AbortSignal): Promise<Load> {
  const { k6, url, home, journal, seconds, rate, seed } = options;
  const [points, logFile] = [join(home, "answers.json"), join(home, "logs", "k6.log")];
  const settings = { BASE_URL: url, RATE: rate, DURATION: `${seconds}s`, SEED: seed };
  const command = [
    ...[k6, "run", "--no-usage-report", "--quiet", "--out", `json=${points}`, ...journalOptions(journal)],
    ...Object.entries(settings).flatMap(([name, value]) => ["-e", `${name}=${value}`]),
    script,
  ];
  const log = openSync(logFile, "w");
  const child = Bun.spawn(command, { stdio: ["ignore", log, log], signal, killSignal: "SIGKILL" });
  closeSync(log);
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const failed = () => new Error(`k6 did not do its work.\n${readFileSync(logFile, "utf8").slice(-2_000)}`);
  const answers = async () => {
    const exitCode = await child.exited;
    signal.throwIfAborted();
    if (exitCode !== 0) throw failed();
    const text = await Bun.file(points).text();
    const dropped = journeysDropped(text);
    if (dropped > (rate * seconds) / 100) throw new Error(`Not to be trusted: k6 could not begin ${dropped} journeys.`);
    return readAnswers(text);
  };
  for (const start = Date.now(); Date.now() - start < beginsWithinMs; await wait(50, undefined, { signal })) {
    if (existsSync(journal.file) && (await Bun.file(journal.file).size) > 0)
      return { began: Date.now(), isOver, answers };
    if (isOver()) throw failed();
  }
  child.kill("SIGKILL");
  throw failed();
}

interface Point {
  readonly metric: string;
  readonly type: string;
  readonly data: {
    readonly time: string;
    readonly value: number;
    readonly tags: Readonly<Record<string, string | undefined>>;
  };
}

/** From k6's `--out json`, one point a line. */
export function readAnswers(text: string): Answered[] {
  return pointsOf("answered", text).map(({ time, value, tags }) => ({
    began: Date.parse(time) - value,
    ended: Date.parse(time),
    kind: tags.kind === "write" ? "write" : "read",
    status: Number(tags.status),
    problem: tags.problem ?? "",
    retryAfter: tags.patience === "told",
  }));
}

function journeysDropped(text: string): number {
  return pointsOf("dropped_iterations", text).reduce((sum, { value }) => sum + value, 0);
}

function pointsOf(metric: string, text: string): Point["data"][] {
  return text
    .split("\n")
    .filter((line) => line.includes(`"metric":"${metric}"`) && line.includes('"type":"Point"'))
    .map((line) => (JSON.parse(line) as Point).data);
}
