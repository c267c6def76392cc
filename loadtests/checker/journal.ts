import { existsSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import type { AnsweredOrder } from "./answered-order.ts";
import { databaseOf, type Settings } from "./settings.ts";

/** The clients' own journal of one run: outside of the shop, so that nothing that befalls the shop can change it. */
export interface Journal {
  readonly file: string;
  /** The database's time before the first order, as it writes it. */
  readonly since: string;
}

/** One Idempotency-Key of the run, what was sent under it and what came back, where anything did. */
export interface Placing {
  readonly key: string;
  readonly email: string;
  readonly body: unknown;
  /** The definite answer; without one, nobody knows yet. */
  status?: number;
  order?: AnsweredOrder;
}

/** What k6 wrote: the orders that it placed, and how often a buyer asked for an own order and did not find it. */
export interface Notes {
  readonly placings: readonly Placing[];
  readonly reads: number;
  readonly lostReads: number;
}

/** Opens the journal of a run to come, in a folder of its own; k6 writes it with `journalOptions`. */
export async function openJournal(env: Settings, folder: string): Promise<Journal> {
  const sql = postgres(databaseOf(env), { max: 1, connect_timeout: 10, onnotice: () => undefined });
  try {
    const [row] = await sql<{ now: string }[]>`select now()::text as now`;
    return { file: join(folder, "journal.ndjson"), since: row?.now ?? "" };
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** The options by which k6 writes it. */
export function journalOptions({ file }: Journal): string[] {
  return ["--console-output", file, "--log-format", "raw", "-e", "JOURNAL=1"];
}

type Line =
  | { sent: string; email: string; body: unknown }
  | { answered: string; status: number; order?: AnsweredOrder }
  | { read: string; found: boolean };

/** Reads it whole. A line that is no JSON was cut off with its client and says nothing. */
export async function readJournal({ file }: Journal): Promise<Notes> {
  const placings = new Map<string, Placing>();
  let [reads, lostReads] = [0, 0];
  for (const text of existsSync(file) ? (await Bun.file(file).text()).split("\n") : []) {
    const line = parsed(text);
    if (line === undefined) continue;
    if ("sent" in line) placings.set(line.sent, { key: line.sent, email: line.email, body: line.body });
    else if ("answered" in line) Object.assign(placings.get(line.answered) ?? {}, answerIn(line));
    else {
      reads += 1;
      if (!line.found) lostReads += 1;
    }
  }
  return { placings: [...placings.values()], reads, lostReads };
}

function answerIn({ status, order }: { status: number; order?: AnsweredOrder }) {
  return { status, ...(order && { order }) };
}

function parsed(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}
