import type { Result } from "../results.ts";
import { clientsBackMs, counts, eventsBackMs, isError, type Outcome, violations } from "./outcome.ts";
import type { Row } from "./rows.ts";

/** One line of the table of faults. */
export interface Line {
  readonly fault: string;
  readonly seen: string;
  readonly clientsBack: string;
  readonly eventsBack: string;
  readonly invariants: string;
}

/** A run in which too few answers came says nothing. */
const answersMin = 100;

/** A fault's figures against its goals; a goal that was missed names what missed it. */
export function judgeRow(name: string, { goals }: Row, outcome: Outcome): Result[] {
  const { answers, fault, checks } = outcome;
  const errors = answers.filter(isError);
  const excused = errors.filter((answer) => goals.excuses.covers(answer, fault));
  const broken = checks.filter(({ pass }) => !pass);
  return [
    result(`${name}: answers`, answers.length, "", answersMin, (value) => value >= answersMin, ">="),
    result(`${name}: errors but those excused`, errors.length - excused.length, "", 0),
    { name: `${name}: excused (${goals.excuses.what})`, value: excused.length, unit: "", goal: null, pass: true },
    result(`${name}: clients back after`, clientsBackMs(outcome) / 1_000, "s", goals.clientsBackMs / 1_000),
    result(`${name}: events back after`, eventsBackMs(outcome) / 1_000, "s", goals.eventsBackMs / 1_000),
    result(`${name}: violations`, violations(outcome), "", 0),
    ...broken.map((check) => ({ ...check, name: `${name}: ${check.name}` })),
  ];
}

export function lineOf(title: string, outcome: Outcome): Line {
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  const broken = violations(outcome);
  return {
    fault: title,
    seen: counts(outcome.answers)
      .map(([what, count]) => `${count} x ${what}`)
      .join("; "),
    clientsBack: seconds(clientsBackMs(outcome)),
    eventsBack: seconds(eventsBackMs(outcome)),
    invariants: broken === 0 ? `hold (${outcome.checks.length})` : `${broken} violations`,
  };
}

function result(
  name: string,
  value: number,
  unit: string,
  bound: number,
  keeps = (measured: number) => measured <= bound,
  sign = "<=",
): Result {
  return { name, value, unit, goal: `${sign}${bound}`, pass: keeps(value) };
}
