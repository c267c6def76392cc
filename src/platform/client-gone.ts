import type { Handle } from "./database.ts";
import { revocably } from "./revocably.ts";
import type { Scope } from "./scope.ts";

/** Who asked has left, so the read stops: nobody's fault, neither an outage nor a defect. */
export class ClientGone extends Error {
  constructor() {
    super("The client went away.");
    this.name = "ClientGone";
  }
}

/** Throws ClientGone where nobody waits for this read any more: what it would begin next is not begun. */
export function stopIfClientGone(scope: Scope): void {
  if (scope.signal?.().aborted) throw new ClientGone();
}

/**
 * The outcome of a read's statement on one server, or ClientGone as soon as the client leaves; a statement that waits
 * for a connection is then never sent. One that was sent runs to its end: a server's cancel names a connection, which
 * here carries the statements of others too.
 */
export async function whileClientStays<T>(scope: Scope, db: Handle, run: (db: Handle) => Promise<T>): Promise<T> {
  const signal = scope.signal?.();
  if (!signal) return await run(db);
  if (signal.aborted) throw new ClientGone();
  const { work, revoke } = revocably(db, () => run(db));
  return await unlessGone(signal, work, revoke);
}

/** The outcome of work that goes on for others, or ClientGone as soon as this client leaves. */
export async function heardByClient<T>(scope: Scope, work: Promise<T>): Promise<T> {
  const signal = scope.signal?.();
  return await (signal ? unlessGone(signal, work, () => undefined) : work);
}

async function unlessGone<T>(signal: AbortSignal, work: Promise<T>, onGone: () => void): Promise<T> {
  const { promise: gone, reject } = Promise.withResolvers<never>();
  const leave = () => {
    reject(new ClientGone());
    onGone();
  };
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
  try {
    return await Promise.race([gone, work]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}
