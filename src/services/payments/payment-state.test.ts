import { expect, test } from "bun:test";
import { type PaymentStatus, paymentState } from "./payment-state.ts";

test("every status of a payment is reached from processing", () => {
  const reached = new Set<PaymentStatus>(["processing"]);
  for (const status of reached) for (const next of paymentState[status]) reached.add(next);
  expect([...reached].sort()).toEqual((Object.keys(paymentState) as PaymentStatus[]).sort());
});
