import type { Sql, Transaction } from "./database.ts";

/** What is used here of a statement of postgres.js beyond its types (its query.js and connection.js). */
interface Statement {
  /** Set before `describeFirst` is. */
  readonly parameters: readonly unknown[];
  readonly onlyDescribe?: true;
}

/**
 * A view of a client whose statements take one round trip also where the connection has not seen them. By itself
 * postgres.js asks the server for the parameters' types and waits: an object is written by its type. A text, a number, a
 * boolean and null mean the same without, and go with the question. Only a text for a boolean or a bytea differs: the
 * server reads it, as it reads any literal.
 */
export function inOneFlight<Client extends Sql | Transaction>(client: Client): Client {
  return new Proxy(client, {
    apply: (call, self, given) => together(Reflect.apply(call, self, given)),
    get: (of, name) => {
      const member: unknown = Reflect.get(of, name);
      if (typeof member !== "function") return member;
      if (name === "unsafe") return (...given: unknown[]) => together(Reflect.apply(member, of, given));
      if (name === "begin" || name === "savepoint")
        return (...given: unknown[]) => Reflect.apply(member, of, given.map(insideToo));
      return member;
    },
  });
}

/** The work of a transaction gets the same view of its client. */
function insideToo(given: unknown): unknown {
  return typeof given === "function" ? (tx: Transaction) => given(inOneFlight(tx)) : given;
}

/** Answers before it is sent whether a statement asks first. Names and lists of values, which are none, pass. */
function together(made: unknown): unknown {
  if (!(made instanceof Promise)) return made;
  let asksFirst = false;
  return Object.defineProperty(made, "describeFirst", {
    // Whoever stands between may have passed it here already.
    configurable: true,
    get: () => asksFirst,
    set(this: Statement, wanted: unknown) {
      asksFirst = Boolean(wanted) && (this.onlyDescribe === true || !this.parameters.every(isPlain));
    },
  });
}

function isPlain(parameter: unknown): boolean {
  return parameter === null || ["string", "number", "bigint", "boolean"].includes(typeof parameter);
}
