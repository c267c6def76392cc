import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { differences } from "./compare.ts";
import { ofEveryOperation, readDescription, undescribed } from "./described.ts";
import type { Answer, Scenario } from "./exchange.ts";
import { defects, silence, silenceOfPort, tooMany, troubles, withoutPrimary } from "./recorded/troubles.ts";
import { replay } from "./replay.ts";
import { startTroubled, type Troubled, type TroubledRuntime } from "./troubled-runtimes.ts";

interface Replayed {
  readonly answers: readonly Answer[];
  readonly ms: number;
}

type Both = readonly [ofBun: Replayed, ofWorkerd: Replayed];

const everyScenario = [...troubles, withoutPrimary];
const replayed = new Map<Scenario, Promise<Both>>();
let troubled: Troubled;

beforeAll(async () => {
  troubled = await startTroubled();
  const { bun, workerd } = troubled;
  const replayAll = (side: readonly Scenario[]) => {
    for (const scenario of side) replayed.set(scenario, Promise.all([timed(bun, scenario), timed(workerd, scenario)]));
    return Promise.allSettled(replayed.values());
  };
  await replayAll(troubles);
  for (const runtime of [bun, workerd]) runtime.losePrimary();
  await replayAll([withoutPrimary]);
}, 120_000);
afterAll(() => troubled?.stop());

async function timed(runtime: TroubledRuntime, scenario: Scenario): Promise<Replayed> {
  if (scenario === tooMany) await untilMinuteHasRoom();
  const start = performance.now();
  return { answers: await replay(runtime, scenario), ms: performance.now() - start };
}

/** Limits count by the minute of the clock. */
async function untilMinuteHasRoom(): Promise<void> {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < 8_000) await Bun.sleep(left);
}

async function answersTo(scenario: Scenario): Promise<Both> {
  const both = await replayed.get(scenario);
  if (both === undefined) throw new Error(`${scenario.name} was not replayed`);
  return both;
}

async function everyAnswer(): Promise<Answer[]> {
  const both = await Promise.all(everyScenario.map(answersTo));
  return both.flat().flatMap(({ answers }) => answers);
}

describe("in trouble, Bun and workerd", () => {
  test.each(everyScenario)("$name: answer the recorded requests alike", async (scenario) => {
    const [one, other] = await answersTo(scenario);
    const { bun, workerd } = troubled;
    const sides = [
      { runtime: bun, answers: one.answers },
      { runtime: workerd, answers: other.answers },
    ] as const;
    expect(differences(...sides)).toEqual([]);
  });

  test(`answer each of ${ofEveryOperation.join(", ")}, which the document describes once for every operation`, async () => {
    const provoked = new Set((await everyAnswer()).map(({ status }) => status));
    expect(ofEveryOperation.filter((status) => !provoked.has(status))).toEqual([]);
  });

  test("answer what the document describes, these statuses by each operation's `default`", async () => {
    const document = await (await fetch(`${troubled.bun.url}/openapi.json`)).json();
    const described = readDescription(document as Record<string, unknown>);
    expect(described.operations.filter(({ responses }) => responses.default === undefined)).toEqual([]);
    expect((await everyAnswer()).flatMap((answer) => undescribed(described, answer))).toEqual([]);
  });

  test("say when to come back, wherever they refuse for now", async () => {
    const refusals = (await everyAnswer()).filter(({ status }) => status === 429 || status === 503);
    expect(refusals.length).toBeGreaterThan(0);
    for (const { headers } of refusals) expect(Number(headers["retry-after"])).toBeWithin(1, 61);
  });

  test("end a silence after 14 s, or 5 where a service asks another, and within the caller's 15", async () => {
    for (const { ms } of await answersTo(silence)) expect(ms).toBeWithin(13_900, 15_000);
    for (const { ms } of await answersTo(silenceOfPort)) expect(ms).toBeWithin(4_900, 7_000);
  });

  test("tell the caller of a defect nothing but the request's id, under which the log has the rest", async () => {
    const sides = await answersTo(defects);
    for (const [index, runtime] of [troubled.bun, troubled.workerd].entries()) {
      const found = sides[index]?.answers.filter(({ status }) => status === 500) ?? [];
      expect(found.length).toBeGreaterThan(0);
      for (const { headers, text, body } of found) {
        const { type, instance, requestId, ...rest } = body as Record<string, unknown>;
        expect(requestId).toBe(headers["x-request-id"]);
        expect([type, instance]).toEqual([`${runtime.url}/problems/internal`, "/v1/categories"]);
        const detail = "Something went wrong on our side; it has been logged under this requestId.";
        expect(rest).toEqual({ title: "Internal error", status: 500, detail });
        expect(`${JSON.stringify(headers)}${text}`).not.toMatch(/catalog\.|relation|postgres|select|\.ts|\.js/i);
        const logged = runtime
          .log()
          .split("\n")
          .filter((line) => line.includes(String(requestId)));
        expect(logged.join("\n")).toContain("catalog.categories");
      }
    }
  });
});
