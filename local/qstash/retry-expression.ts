const functions: Record<string, { arity: number; apply: (...args: number[]) => number }> = {
  pow: { arity: 2, apply: Math.pow },
  sqrt: { arity: 1, apply: Math.sqrt },
  abs: { arity: 1, apply: Math.abs },
  exp: { arity: 1, apply: Math.exp },
  floor: { arity: 1, apply: Math.floor },
  ceil: { arity: 1, apply: Math.ceil },
  round: { arity: 1, apply: Math.round },
  min: { arity: Number.POSITIVE_INFINITY, apply: Math.min },
  max: { arity: Number.POSITIVE_INFINITY, apply: Math.max },
};

type Cursor = { tokens: string[]; at: number; retried: number };

/**
 * Milliseconds that an `Upstash-Retry-Delay` expression asks for, e.g. `pow(2, retried) * 1000`.
 * Knows numbers, `retried`, + - * / %, parentheses and the documented functions; throws on anything else.
 */
export function evaluateRetryExpression(expression: string, retried: number): number {
  const cursor: Cursor = { tokens: tokenize(expression), at: 0, retried };
  const value = sum(cursor);
  if (cursor.at < cursor.tokens.length) throw new Error(`unexpected "${cursor.tokens[cursor.at]}"`);
  return value;
}

function tokenize(expression: string): string[] {
  if (expression.length > 256) throw new Error("expression is longer than 256 characters");
  const tokens = expression.match(/\d+(?:\.\d+)?|[a-z]+|[-+*/%(),]|\S/g) ?? [];
  return [...tokens];
}

function sum(cursor: Cursor): number {
  let value = product(cursor);
  for (;;) {
    if (accept(cursor, "+")) value += product(cursor);
    else if (accept(cursor, "-")) value -= product(cursor);
    else return value;
  }
}

function product(cursor: Cursor): number {
  let value = unary(cursor);
  for (;;) {
    if (accept(cursor, "*")) value *= unary(cursor);
    else if (accept(cursor, "/")) value /= unary(cursor);
    else if (accept(cursor, "%")) value %= unary(cursor);
    else return value;
  }
}

function unary(cursor: Cursor): number {
  return accept(cursor, "-") ? -unary(cursor) : atom(cursor);
}

function atom(cursor: Cursor): number {
  const token = cursor.tokens[cursor.at++] ?? "the end";
  if (/^\d/.test(token)) return Number(token);
  if (token === "retried") return cursor.retried;
  if (token === "(") {
    const value = sum(cursor);
    expect(cursor, ")");
    return value;
  }
  if (!Object.hasOwn(functions, token)) throw new Error(`unexpected "${token}"`);
  return call(cursor, token);
}

function call(cursor: Cursor, name: string): number {
  expect(cursor, "(");
  const args = [sum(cursor)];
  while (accept(cursor, ",")) args.push(sum(cursor));
  expect(cursor, ")");
  const known = functions[name];
  if (!known || (Number.isFinite(known.arity) && args.length !== known.arity)) {
    throw new Error(`wrong number of arguments to ${name}`);
  }
  return known.apply(...args);
}

function accept(cursor: Cursor, token: string): boolean {
  if (cursor.tokens[cursor.at] !== token) return false;
  cursor.at++;
  return true;
}

function expect(cursor: Cursor, token: string): void {
  if (!accept(cursor, token)) throw new Error(`expected "${token}"`);
}
