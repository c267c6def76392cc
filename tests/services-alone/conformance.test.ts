import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { differences } from "../conformance/compare.ts";
import type { Runtime } from "../conformance/exchange.ts";
import { replay } from "../conformance/replay.ts";
import { type StartedRuntime, startBun } from "../conformance/runtimes.ts";
import { scenarios } from "../conformance/scenarios.ts";
import { addRecordedRows, deployments, type ServicesApart, startServicesApart } from "../support/services-apart.ts";

let together: StartedRuntime;
let shop: ServicesApart;
let apart: Runtime;
beforeAll(async () => {
  [together, shop] = await Promise.all([startBun(), startServicesApart()]);
  await addRecordedRows(shop.env);
  const { SANDBOX_WEBHOOK_SECRET: webhookSecret = "", QSTASH_CURRENT_SIGNING_KEY: queueSigningKey = "" } = shop.env;
  const { url } = shop;
  const shared = { instances: deployments.length, redisSharedWith: [] };
  apart = { ...shared, name: "services apart", url, publicUrl: url, webhookSecret, queueSigningKey };
}, 120_000);
afterAll(() => Promise.all([together?.stop(), shop?.close()]));

describe("the same contract by one process and by a gateway before services of their own", () => {
  test.each(scenarios)("$name: both answer the recorded requests alike", async (scenario) => {
    const [ones, others] = await Promise.all([replay(together, scenario), replay(apart, scenario)]);
    const found = differences({ runtime: together, answers: ones }, { runtime: apart, answers: others });
    // A gateway has no database to be ready.
    expect(found.filter((difference) => !difference.startsWith("GET /readyz: body"))).toEqual([]);
  });
});
