import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { differences } from "./compare.ts";
import { describedPairs, operationOf, readDescription, undescribed } from "./described.ts";
import type { Answer, Runtime, Scenario } from "./exchange.ts";
import { reference } from "./recorded/reference.ts";
import { replay } from "./replay.ts";
import { type StartedRuntime, startBun, startWorkerd } from "./runtimes.ts";
import { scenarios } from "./scenarios.ts";

const requestsMin = 150;

let bun: StartedRuntime;
let workerd: StartedRuntime;
const started: StartedRuntime[] = [];

beforeAll(async () => {
  const noted = (runtime: StartedRuntime) => {
    started.push(runtime);
    return runtime;
  };
  [bun, workerd] = await Promise.all([startBun().then(noted), startWorkerd().then(noted)]);
}, 120_000);
afterAll(() => Promise.all(started.map((runtime) => runtime.stop())));

type Both = readonly [ofBun: Answer[], ofWorkerd: Answer[]];

const replayed = new Map<Scenario, Promise<Both>>();

/** What the two answer to the scenario, which each of them sees once. */
function answersTo(scenario: Scenario): Promise<Both> {
  const answers = replayed.get(scenario) ?? Promise.all([replay(bun, scenario), replay(workerd, scenario)]);
  replayed.set(scenario, answers);
  return answers;
}

describe("the same contract on Bun and in workerd", () => {
  test.each(scenarios)("$name: both answer the recorded requests alike", async (scenario) => {
    const [ones, others] = await answersTo(scenario);
    expect(differences({ runtime: bun, answers: ones }, { runtime: workerd, answers: others })).toEqual([]);
  });

  test(`at least ${requestsMin} requests are recorded, and every operation and status of the document among them`, async () => {
    const described = readDescription(await documentOf(bun));
    const recorded = scenarios.flatMap(({ requests }) => requests);
    expect(recorded.length).toBeGreaterThanOrEqual(requestsMin);
    const provoked = recorded.map(({ request, status }) => `${operationOf(described, request)?.name} ${status}`);
    expect(describedPairs(described).filter((pair) => !provoked.includes(pair))).toEqual([]);
  });

  test("every answer is one that the document describes", async () => {
    const described = readDescription(await documentOf(bun));
    for (const scenario of scenarios) {
      const [answers] = await answersTo(scenario);
      expect(answers.flatMap((answer) => undescribed(described, answer))).toEqual([]);
    }
  });

  test("one header more on one runtime is noticed, at each request", async () => {
    const proxy = startAddingProxy(workerd.url);
    const other: Runtime = { ...workerd, url: proxy.url.origin };
    const [ones, others] = [await replay(bun, reference), await replay(other, reference)];
    await proxy.stop(true);
    const found = differences({ runtime: bun, answers: ones }, { runtime: other, answers: others });
    expect(found).toHaveLength(reference.requests.length);
    for (const difference of found) expect(difference).toContain('x-extra: Bun "(none)", workerd "1"');
  });
});

/** Before a runtime, as a handler of it that sets one header more. */
function startAddingProxy(url: string) {
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url);
      const answer = await fetch(url + pathname + search, request);
      answer.headers.set("X-Extra", "1");
      return answer;
    },
  });
}

async function documentOf(runtime: Runtime) {
  return (await (await fetch(`${runtime.url}/openapi.json`)).json()) as Record<string, unknown>;
}
