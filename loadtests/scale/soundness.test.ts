import { expect, test } from "bun:test";
import type { Result } from "../results.ts";
import { together, unlessStopped } from "./soundness.ts";

const violations = (value: number): Result => {
  return { name: "stock adds up", value, unit: "violations", goal: "==0", pass: value === 0 };
};
const snapshots = (value: number): Result => {
  return { name: "snapshots during the run", value, unit: "", goal: ">0", pass: value > 0 };
};

test("what one fleet broke stays broken, whatever the fleets before and after it kept", () => {
  expect(together([violations(0), violations(3), violations(1), violations(0)])).toEqual([violations(3)]);
});

test("a run that was not looked at is not made good by one that was", () => {
  expect(together([snapshots(4), snapshots(0), snapshots(2)])).toEqual([{ ...snapshots(6), pass: false }]);
});

test("what is waited for is given up when the run is to end", async () => {
  const asked = new AbortController();
  const waiting = unlessStopped(asked.signal, new Promise(() => undefined));
  asked.abort(new Error("stopped on request"));
  await expect(waiting).rejects.toThrow("stopped on request");
  await expect(unlessStopped(asked.signal, new Promise(() => undefined))).rejects.toThrow("stopped on request");
});
