import { describe, expect, test } from "bun:test";
import { judgeRow, lineOf } from "./judge-row.ts";
import { type Answered, readAnswers } from "./load.ts";
import type { Outcome } from "./outcome.ts";
import { rows } from "./rows.ts";

const fault = { began: 10_000, over: 14_000 };
const fine: Answered = { began: 0, ended: 10, kind: "write", status: 201, problem: "", retryAfter: false };
const refused = { ...fine, status: 503, problem: "primary-unavailable", retryAfter: true };
const kept = { name: "no stock is oversold", value: 0, unit: "violations", goal: "==0", pass: true };

/** A run in which all went well but for what is given. */
function outcome(strange: Partial<Outcome>, ...odd: Answered[]): Outcome {
  const answers = [...Array.from({ length: 200 }, () => fine), ...odd];
  return { fault, answers, lag: [{ at: 0, lagMs: 0 }], checks: [kept], ...strange };
}

function missed(name: keyof typeof rows, of: Outcome): string[] {
  const row = rows[name];
  if (row === undefined) throw new Error(`there is no ${name}`);
  return judgeRow(name, row, of)
    .filter(({ pass }) => !pass)
    .map(({ name: what }) => what);
}

describe("a fault", () => {
  test("that nobody noticed keeps every goal, and so does a shop that ran out of a thing", () => {
    const soldOut = { ...fine, status: 409, problem: "out-of-stock" };
    for (const name of Object.keys(rows)) expect(missed(name, outcome({}, soldOut))).toEqual([]);
  });

  test("is excused what was in flight on the instance that died, and nothing later", () => {
    const broken = { ...fine, status: 502, problem: "about:blank" };
    expect(missed("kill-instance", outcome({}, { ...broken, began: 13_900, ended: 14_000 }))).toEqual([]);
    const later = missed("kill-instance", outcome({}, { ...broken, began: 16_000, ended: 16_001 }));
    expect(later).toEqual(["kill-instance: errors but those excused", "kill-instance: clients back after"]);
  });

  test("of the primary is excused refused writes that say when to come back; neither reads nor mere errors", () => {
    const during = { began: 12_000, ended: 12_001 };
    expect(missed("primary", outcome({}, { ...refused, ...during }))).toEqual([]);
    for (const odd of [{ kind: "read" as const }, { retryAfter: false }, { status: 500, problem: "internal" }])
      expect(missed("primary", outcome({}, { ...refused, ...during, ...odd }))).toEqual([
        "primary: errors but those excused",
      ]);
  });

  test("of a part that clients should not notice is excused nothing", () => {
    for (const name of ["rolling-restart", "redis", "standby", "dispatcher"])
      expect(missed(name, outcome({}, refused))).toEqual([`${name}: errors but those excused`]);
  });

  test("is not over before clients and events are back", () => {
    expect(missed("primary", outcome({}, { ...refused, began: 19_000, ended: 19_500 }))).toEqual([
      "primary: clients back after",
    ]);
    const late = (at: number) => ({ at, lagMs: 3_000 });
    expect(missed("primary", outcome({ lag: [late(15_000), { at: 30_000, lagMs: 0 }] }))).toEqual([]);
    expect(missed("primary", outcome({ lag: [late(30_000), { at: 35_000, lagMs: 0 }] }))).toEqual([
      "primary: events back after",
    ]);
    expect(missed("primary", outcome({ lag: [late(15_000), late(100_000)] }))).toEqual(["primary: events back after"]);
  });

  test("that broke a promise says which", () => {
    const broken = { ...kept, value: 2, pass: false };
    expect(missed("redis", outcome({ checks: [kept, broken] }))).toEqual([
      "redis: violations",
      "redis: no stock is oversold",
    ]);
  });
});

test("what clients saw is counted in their own words", () => {
  const silent = { ...fine, status: 0 };
  const { seen } = lineOf("a fault", outcome({}, refused, refused, { ...refused, retryAfter: false }, silent));
  expect(seen).toBe(
    "200 x 2xx; 2 x 503 primary-unavailable; 1 x 503 primary-unavailable, no Retry-After; 1 x unknown (no answer)",
  );
});

test("an answer is read as k6 wrote it", () => {
  const tags = { kind: "write", status: "503", problem: "overloaded", patience: "told" };
  const data = { time: "2026-01-01T00:00:01.250Z", value: 250, tags };
  const ended = Date.parse(data.time);
  const lines = [
    { metric: "answered", type: "Metric", data: {} },
    { metric: "answered", type: "Point", data },
  ];
  expect(readAnswers(lines.map((line) => JSON.stringify(line)).join("\n"))).toEqual([
    { began: ended - 250, ended, kind: "write", status: 503, problem: "overloaded", retryAfter: true },
  ]);
});
