import type { Database } from "bun:sqlite";
import { type Context, Hono } from "hono";
import * as v from "valibot";
import { type Charge, charge, isMethod, listCharges } from "./charge.ts";
import { refund } from "./refund.ts";

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(100));
const money = v.object({
  amount: v.pipe(v.number(), v.integer(), v.minValue(1)),
  currency: v.pipe(v.string(), v.regex(/^[A-Z]{3}$/)),
});
const webhookUrl = v.pipe(v.string(), v.url(), v.startsWith("http"));
const chargeRequest = v.object({
  paymentId: id,
  amount: money,
  paymentMethod: v.pipe(v.string(), v.check(isMethod, "unknown payment method")),
  webhookUrl,
});
const refundRequest = v.object({ refundId: id, paymentId: id, amount: money, webhookUrl });
const modeRequest = v.object({ mode: v.picklist(["ok", "slow", "down"]) });
const slowModeMs = 3_000;
const heldMs = 30_000;

/** The provider over HTTP. `changed` is called after each change of the books. */
export function sandbox(database: Database, changed: () => void): Hono {
  let mode: v.InferOutput<typeof modeRequest>["mode"] = "ok";
  const app = new Hono();

  app.put("/mode", async (c) => {
    const wanted = await read(c, modeRequest);
    if (!wanted.success) return refuse(c, wanted.issues);
    mode = wanted.output.mode;
    return c.json({ mode });
  });

  app.get("/charges", (c) => {
    const charges = listCharges(database, c.req.query("paymentId"));
    return c.json({ data: charges.map((one) => ({ ...answer(one), refunded: one.refunded })) });
  });

  app.post("*", async (c, next) => {
    if (mode === "down") return c.json({ error: "The provider is down." }, 503);
    await next(); // a slow provider has acted long before it answers
    if (mode === "slow") await Bun.sleep(slowModeMs);
  });

  app.post("/charges", async (c) => {
    const request = await read(c, chargeRequest);
    if (!request.success) return refuse(c, request.issues);
    const made = charge(database, request.output);
    changed();
    const { amount, currency } = request.output.amount;
    if (made.amount !== amount || made.currency !== currency)
      return c.json({ error: "paymentId was charged otherwise" }, 409);
    if (made.method === "pm_flaky" && made.attempts === 1) await held(c.req.raw.signal);
    return c.json(answer(made), 201);
  });

  app.post("/refunds", async (c) => {
    const request = await read(c, refundRequest);
    if (!request.success) return refuse(c, request.issues);
    const made = refund(database, request.output);
    changed();
    if (!made) return c.json({ error: "no such charge that is final" }, 409);
    const { refundId, status, failureCode } = made;
    return c.json({ refundId, status, ...(failureCode ? { failureCode } : {}) }, 201);
  });

  return app;
}

async function read<S extends v.GenericSchema>(c: Context, schema: S) {
  return v.safeParse(schema, await c.req.json().catch(() => undefined));
}

function refuse(c: Context, issues: [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]) {
  return c.json({ error: v.summarize(issues) }, 422);
}

/** Until the client has given up, or for long enough that it should have. */
function held(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, heldMs);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function answer({ paymentId, reference, status, failureCode, amount, currency, attempts }: Charge) {
  return {
    paymentId,
    reference,
    status,
    ...(failureCode ? { failureCode } : {}),
    amount: { amount, currency },
    attempts,
  };
}
