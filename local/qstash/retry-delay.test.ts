import { describe, expect, test } from "bun:test";
import { retryDelayMs } from "./retry-delay.ts";
import { evaluateRetryExpression } from "./retry-expression.ts";

describe("a retry delay expression", () => {
  test.each([
    ["1000", 0, 1000],
    ["1000 * (1 + retried)", 2, 3000],
    ["pow(2, retried) * 1000", 3, 8000],
    ["max(1000, pow(2, retried) * 100)", 0, 1000],
    ["min(5, 3, 4) - -2", 0, 5],
    ["floor(exp(1)) + ceil(0.1) + round(1.5) + sqrt(9) + abs(-4)", 0, 12],
    ["10 - 2 - 3", 0, 5],
    ["100 / 2 / 5 % 4", 0, 2],
  ])("%s after %d retries is %d ms", (expression, retried, ms) => {
    expect(evaluateRetryExpression(expression, retried)).toBe(ms);
  });

  test.each(["", "retried retried", "process.exit()", "constructor(1)", "pow(2)", "1 +", "(1", "1)", "a".repeat(300)])(
    "%p is refused",
    (expression) => {
      expect(() => evaluateRetryExpression(expression, 0)).toThrow();
    },
  );
});

describe("the delay before the next attempt", () => {
  const now = Date.UTC(2026, 0, 1);
  const wait = (retried: number, headers: Record<string, string> = {}, expression?: string) =>
    retryDelayMs(retried, expression, new Headers(headers), now);

  test("grows as documented: 12 s, 2m28s, 30m8s, 6h7m6s, then a day", () => {
    expect([0, 1, 2, 3, 4, 9].map((retried) => wait(retried))).toEqual(
      [12, 148, 1808, 22_026, 86_400, 86_400].map((seconds) => seconds * 1000),
    );
  });

  test("is what the response asks for: seconds, a duration or a date, at most a day", () => {
    expect(wait(0, { "Retry-After": "10" })).toBe(10_000);
    expect(wait(0, { "X-RateLimit-Reset": "6m5s" })).toBe(365_000);
    expect(wait(0, { "Retry-After": new Date(now + 60_000).toUTCString() }, "5")).toBe(60_000);
    expect(wait(0, { "Retry-After": "86401" }, "5")).toBe(5);
  });

  test("of an expression stays between nothing and a day", () => {
    expect(wait(0, {}, "0 - 5")).toBe(0);
    expect(wait(50, {}, "exp(retried)")).toBe(86_400_000);
  });
});
