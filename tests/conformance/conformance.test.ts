import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { differences } from "./compare.ts";
import { readDescription, undescribed } from "./described.ts";
import type { Answer, Runtime, Scenario } from "./exchange.ts";
import { reference } from "./recorded/reference.ts";
import { replay } from "./replay.ts";
import { type MonitoredRuntime, type StartedRuntime, startBun, startWorkerd } from "./runtimes.ts";
import { scenarios } from "./scenarios.ts";

let bun: MonitoredRuntime;
let workerd: MonitoredRuntime;
const started: StartedRuntime[] = [];

beforeAll(async () => {
  const noted = (runtime: MonitoredRuntime) => {
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

  test("/metrics is Bun's alone, for whoever has its token (contract, rule 11)", async () => {
    const ask = async (runtime: MonitoredRuntime, token: string) => {
      const answer = await fetch(`${runtime.url}/metrics`, { headers: { Authorization: `Bearer ${token}` } });
      return [answer.status, await answer.text()] as const;
    };
    const [status, text] = await ask(bun, bun.metricsToken);
    expect(status).toBe(200);
    expect(text).toContain('http_requests_total{method="GET",route="/healthz",status="200"}');
    expect((await ask(bun, "another"))[0]).toBe(401);
    expect((await ask(workerd, workerd.metricsToken))[0]).toBe(404);
  });

  test("every answer of both is one that the document describes", async () => {
    const described = readDescription(await documentOf(bun));
    for (const scenario of scenarios) {
      const answers = (await answersTo(scenario)).flat();
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

  test.each(plants)("on one runtime %s is noticed, at each request", async (_what, plant) => {
    let planted = 0;
    for (const scenario of scenarios) {
      const [ones, others] = await answersTo(scenario);
      const changed = others.map((answer) => ({ ...answer, ...plant(answer) }));
      const count = changed.filter(
        ({ text, headers }, at) => text !== others[at]?.text || !Bun.deepEquals(headers, others[at].headers),
      ).length;
      const found = differences({ runtime: bun, answers: ones }, { runtime: workerd, answers: changed });
      expect(found.length).toBeGreaterThanOrEqual(count);
      planted += count;
    }
    expect(planted).toBeGreaterThan(0);
  });
});

const header =
  (name: string, from: RegExp, to: string) =>
  ({ headers }: Answer) => ({
    headers: name in headers ? { ...headers, [name]: String(headers[name]).replace(from, to) } : headers,
  });
const text = (from: RegExp, to: string) => (answer: Answer) => ({ text: answer.text.replace(from, to) });

/** What is no longer what it must be, of all that two runs may answer differently. */
const plants: readonly (readonly [string, (answer: Answer) => Partial<Answer>])[] = [
  ["a Retry-After of a day", header("retry-after", /.+/, "99999")],
  ["a wait other than Retry-After", text(/wait \d+ s/, "wait 99999 s")],
  ["a limit that is used up", header("ratelimit", /r=\d+/, "r=0")],
  ["a limit that counts nothing", header("ratelimit", /r=\d+/, "r=600000")],
  ["a limit's window in the past", header("ratelimit", /t=/, "t=-")],
  ["a limit's window that ends later", header("ratelimit", /t=\d+/, "t=61")],
  ["times without their fraction", text(/\.\d{1,6}Z/, "Z")],
  ["times of another zone", text(/(?<=T\d\d:\d\d:\d\d\.\d{1,6})Z/, "+00:00")],
  ["a list's digest of other bytes", header("etag", /^"[\w-]{22}"$/, `"${"x".repeat(22)}"`)],
];

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
