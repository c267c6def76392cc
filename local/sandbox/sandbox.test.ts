import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { type Program, startProgram } from "../program.ts";

type Charge = { paymentId: string; status: string; reference: string; attempts: number; failureCode?: string };
type Told = { id: string; type: string; data: Record<string, unknown> };

const secret = `whsec_${btoa("a secret of the sandbox test")}`;
const home = mkdtempSync(join(tmpdir(), "headroom-sandbox-"));
let program: Program;
let url: string;

async function start() {
  const env = { PORT: "0", HEADROOM_HOME: home, SANDBOX_WEBHOOK_SECRET: secret };
  program = startProgram("sandbox", ["local/sandbox/main.ts"], env, home);
  url = await program.untilReady(10_000);
}

beforeAll(async () => {
  mkdirSync(join(home, "logs"));
  await start();
});

afterAll(async () => {
  await program.stop(5_000);
  rmSync(home, { recursive: true });
});

/** A shop that listens for webhooks, verifies them and refuses the first `refusals`. */
function shop(refusals = 0) {
  const told: Told[] = [];
  let seen = 0;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const headers = Object.fromEntries(request.headers);
      const { type, data } = new Webhook(secret).verify(await request.text(), headers) as Told;
      told.push({ id: headers["webhook-id"] ?? "", type, data });
      return new Response(null, { status: ++seen <= refusals ? 500 : 204 });
    },
  });
  return { told, webhookUrl: `http://127.0.0.1:${server.port}/hook`, [Symbol.dispose]: () => void server.stop(true) };
}

const amount = { amount: 1299, currency: "USD" };
const nobody = "http://127.0.0.1:9/hook";

function post(path: string, body: object, timeoutMs = 10_000): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(url + path, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  });
}

async function charge(paymentMethod: string, { paymentId = crypto.randomUUID(), webhookUrl = nobody } = {}) {
  const answer = await post("/charges", { paymentId, amount, paymentMethod, webhookUrl });
  const made = (await answer.json()) as Charge;
  return { ...made, answered: answer.status };
}

async function charged(paymentId: string): Promise<Charge[]> {
  const answer = await fetch(`${url}/charges?paymentId=${paymentId}`);
  const { data } = (await answer.json()) as { data: Charge[] };
  return data;
}

async function until(isSo: () => boolean | Promise<boolean>, timeoutMs = 8_000): Promise<void> {
  for (const begun = Date.now(); !(await isSo()); await Bun.sleep(20))
    if (Date.now() - begun > timeoutMs) throw new Error(`not within ${timeoutMs} ms`);
}

async function setMode(mode: string): Promise<number> {
  return (await fetch(`${url}/mode`, { method: "PUT", body: JSON.stringify({ mode }) })).status;
}

describe("a charge", () => {
  test("with pm_ok is captured at once, and a signed webhook says so", async () => {
    using ours = shop();
    const { paymentId, reference, status, answered } = await charge("pm_ok", ours);
    expect([answered, status]).toEqual([201, "captured"]);
    expect(reference).toStartWith("ch_");
    await until(() => ours.told.length === 1);
    expect(ours.told[0]).toMatchObject({ type: "payment.captured", data: { paymentId, reference, amount } });
  });

  test("with pm_declined fails with a code, and a webhook says so", async () => {
    using ours = shop();
    expect(await charge("pm_declined", ours)).toMatchObject({
      answered: 201,
      status: "failed",
      failureCode: "declined",
    });
    await until(() => ours.told.length === 1);
    expect(ours.told[0]).toMatchObject({ type: "payment.failed", data: { failureCode: "declined" } });
  });

  test("with pm_slow is captured by webhook after about two seconds, though the provider is killed meanwhile", async () => {
    using ours = shop();
    const begun = Date.now();
    const { paymentId, status } = await charge("pm_slow", ours);
    expect(status).toBe("processing");
    await program.stop(0);
    await start();
    await until(() => ours.told.length === 1);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(1_900);
    expect(ours.told[0]).toMatchObject({ type: "payment.captured", data: { paymentId } });
    expect(await charged(paymentId)).toMatchObject([{ status: "captured" }]);
  });

  test("with pm_flaky is captured though no answer comes; asked again the provider says so", async () => {
    const request = { paymentId: crypto.randomUUID(), amount, paymentMethod: "pm_flaky", webhookUrl: nobody };
    const first = post("/charges", request, 300);
    await expect(first).rejects.toThrow("timed out");
    await until(async () => (await charged(request.paymentId)).length === 1);
    const again = await post("/charges", request, 1_000);
    expect(await again.json()).toMatchObject({ status: "captured", attempts: 2 });
  });

  test("happens once, however many copies of the request come at once", async () => {
    using ours = shop();
    const paymentId = crypto.randomUUID();
    const answers = await Promise.all(Array.from({ length: 8 }, () => charge("pm_ok", { ...ours, paymentId })));
    expect(new Set(answers.map((answer) => answer.reference)).size).toBe(1);
    expect(await charged(paymentId)).toMatchObject([{ paymentId, attempts: 8 }]);
    await until(() => ours.told.length === 1);
    await Bun.sleep(200);
    expect(ours.told).toHaveLength(1);
  });

  test("is refused for an unknown method, a malformed amount, and an id that was charged otherwise", async () => {
    const { paymentId } = await charge("pm_ok");
    const request = { paymentId, amount, paymentMethod: "pm_ok", webhookUrl: nobody };
    expect((await post("/charges", { ...request, paymentMethod: "pm_gold" })).status).toBe(422);
    expect((await post("/charges", { ...request, amount: { amount: 0.5, currency: "USD" } })).status).toBe(422);
    expect((await post("/charges", { ...request, amount: { amount: 1, currency: "USD" } })).status).toBe(409);
  });
});

describe("a webhook", () => {
  test("is sent again, under the same id, until it is taken", async () => {
    using ours = shop(2);
    await charge("pm_ok", ours);
    await until(() => ours.told.length === 3);
    expect(new Set(ours.told.map(({ id }) => id)).size).toBe(1);
    await Bun.sleep(300);
    expect(ours.told).toHaveLength(3);
  });
});

describe("a refund", () => {
  function refund(paymentId: string, cents: number, webhookUrl = nobody, refundId: string = crypto.randomUUID()) {
    return post("/refunds", { refundId, paymentId, amount: { amount: cents, currency: "USD" }, webhookUrl });
  }

  test("never gives back more than was captured, however many run at once", async () => {
    using ours = shop();
    const { paymentId } = await charge("pm_ok");
    const answers = await Promise.all([500, 500, 500].map((cents) => refund(paymentId, cents, ours.webhookUrl)));
    const made = (await Promise.all(answers.map((answer) => answer.json()))) as { status: string }[];
    expect(made.map(({ status }) => status).sort()).toEqual(["failed", "succeeded", "succeeded"]);
    await until(() => ours.told.length === 2);
    expect(ours.told[0]).toMatchObject({ type: "payment.refunded", data: { paymentId, amount: { amount: 500 } } });
  });

  test("happens once for its id", async () => {
    const { paymentId } = await charge("pm_ok");
    const refundId = crypto.randomUUID();
    for (let i = 0; i < 3; i++) expect((await refund(paymentId, 1_299, nobody, refundId)).status).toBe(201);
    expect(await (await refund(paymentId, 1_299, nobody, refundId)).json()).toEqual({ refundId, status: "succeeded" });
  });

  test("fails for what was declined, and is refused for what is not there", async () => {
    const { paymentId } = await charge("pm_declined");
    expect(await (await refund(paymentId, 1)).json()).toMatchObject({ status: "failed" });
    expect((await refund(crypto.randomUUID(), 1)).status).toBe(409);
  });
});

describe("the provider's mode", () => {
  test("down refuses charges and refunds, slow answers late, ok is as before", async () => {
    expect(await setMode("down")).toBe(200);
    expect((await charge("pm_ok")).answered).toBe(503);
    expect((await post("/refunds", {})).status).toBe(503);
    await setMode("slow");
    const begun = Date.now();
    expect((await charge("pm_ok")).answered).toBe(201);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(2_900);
    await setMode("ok");
    expect((await charge("pm_ok")).answered).toBe(201);
    expect(await setMode("sideways")).toBe(422);
  });
});
