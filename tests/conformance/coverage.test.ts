import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isSlug, type ProblemSlug, problems } from "../../src/shared/errors.ts";
import { apiDocument, mountedOperations } from "../support/api-document.ts";
import { provocations, tableOf } from "./coverage.ts";
import { ofEveryOperation, readDescription } from "./described.ts";
import { troubles, withoutPrimary } from "./recorded/troubles.ts";
import { scenarios } from "./scenarios.ts";

const requestsMin = 400;
const root = join(import.meta.dirname, "../..");
const contract = join(root, "docs/api.md");

/** Problems that only one runtime answers, or that take what no recording has: the test that provokes each. */
const elsewhere: Readonly<Partial<Record<ProblemSlug, string>>> = {
  draining: "tests/deploy/drain.test.ts",
  "not-in-batch": "src/gateway/batch.test.ts",
  "reauthentication-required": "src/services/identity/sessions/log-in.test.ts",
};

/** What only one runtime answers otherwise than with 404 (contract, rule 11), and the test that asks for it. */
const ofOneRuntime: Readonly<Record<string, string>> = { "GET /metrics": "tests/conformance/conformance.test.ts" };

/** Signed deliveries and calls between services are no part of the public contract. */
const notPublic = /^\w+ \/(v1\/events|internal)\//;

const recorded = scenarios.flatMap(({ requests }) => requests);
const inTrouble = [...troubles, withoutPrimary].flatMap(({ requests }) => requests);
const described = readDescription(await apiDocument());

const zeros = (counts: ReadonlyMap<string, number>) =>
  [...counts]
    .filter(([pair, count]) => count === 0 && !(pair.replace(/ \d+$/, "") in ofOneRuntime))
    .map(([pair]) => pair);

describe("the recording, which both runtimes answer alike", () => {
  test("provokes every status of every operation of the document", () => {
    const counts = provocations(described, [...recorded, ...inTrouble]);
    console.log(`${tableOf(counts)}\n${recorded.length} requests are recorded, and ${inTrouble.length} in trouble.`);
    // Record the request in tests/conformance/recorded, or take the status out of the route's `document`.
    expect(zeros(counts)).toEqual([]);
  });

  test.each(Object.entries(ofOneRuntime))("%s is asked for beside it", (operation, file) => {
    const [, path = ""] = operation.split(" ");
    expect(readFileSync(join(root, file), "utf8")).toContain(path);
  });

  test(`holds at least ${requestsMin} requests`, () => {
    expect(recorded.length).toBeGreaterThanOrEqual(requestsMin);
  });

  test("a status and an operation that nothing provokes are noticed, and one not known to the document counts for none", () => {
    const [first] = described.operations;
    if (first === undefined) throw new Error("the document has no operation");
    const silent = { ...first, method: "GET", name: "GET /v1/silent", path: /^\/v1\/silent$/, responses: { 200: {} } };
    const richer = { ...first, responses: { ...first.responses, 418: {} } };
    const planted = { ...described, operations: [richer, ...described.operations.slice(1), silent] };
    const requests = [...recorded, ...inTrouble, { request: "GET /v1/elsewhere", status: 200 }];
    expect(zeros(provocations(planted, requests))).toEqual([`${first.name} 418`, "GET /v1/silent 200"]);
    const withoutFailures = recorded.filter(({ status }) => !ofEveryOperation.includes(status));
    expect(zeros(provocations(described, withoutFailures))).toEqual(
      ofEveryOperation.map((status) => `every operation ${status}`),
    );
  });
});

describe("a problem", () => {
  const provoked = new Set([...recorded, ...inTrouble].map(({ problem }) => problem));

  // Record a request that it answers, or name the black-box test that provokes it.
  test.each(Object.keys(problems).filter(isSlug))("%s is provoked by a black-box test", (slug) => {
    const file = elsewhere[slug];
    if (file === undefined) return expect(provoked).toContain(slug);
    expect(file).toEndWith(".test.ts");
    expect(readFileSync(join(root, file), "utf8")).toMatch(new RegExp(`["/]${slug}"`));
    // Once it is recorded, it needs no other test.
    expect(provoked).not.toContain(slug);
  });

  test("stands in the contract, and each of the contract's is one of ours", () => {
    const [, section = ""] = /\n## 2\. Problems.*?\n(.*?)\n## 3\./s.exec(readFileSync(contract, "utf8")) ?? [];
    const rows = section.split("\n").filter((row) => /^\| \d/.test(row));
    // In parentheses stands when, beside it what a problem has more.
    const slugs = rows.flatMap((row) => [...row.matchAll(/(?<!\+ )`([a-z]+(?:-[a-z]+)*)`/g)].map(([, slug]) => slug));
    expect(slugs.length).toBeGreaterThan(40);
    const ours = Object.keys(problems);
    expect(ours.filter((slug) => !slugs.includes(slug))).toEqual([]);
    expect(slugs.filter((slug = "") => !ours.includes(slug))).toEqual([]);
  });
});

describe("the document", () => {
  const documented = described.operations.map(({ name }) => name);

  test("describes every route that is mounted, but the signed ones", () => {
    const mounted = mountedOperations().filter((operation) => !notPublic.test(operation));
    // Give the route a `document(…)`.
    expect(mounted.filter((operation) => !documented.includes(operation))).toEqual([]);
  });

  test("describes no route that is not mounted, and none that is signed", () => {
    expect(documented.filter((operation) => !mountedOperations().includes(operation))).toEqual([]);
    expect(documented.filter((operation) => notPublic.test(operation))).toEqual([]);
  });
});
