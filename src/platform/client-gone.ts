import type { Handle } from "./database.ts";
import { type Revocable, revocably } from "./revocably.ts";
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
  signalOfWaiting(scope);
}

/**
 * The outcome of a read's statement on one server, or ClientGone as soon as the client leaves; a statement that waits
 * for a connection is then never sent. One that was sent runs to its end: a server's cancel names a connection, which
 * here carries the statements of others too.
 */
export async function whileClientStays<T>(scope: Scope, db: Handle, run: (db: Handle) => Promise<T>): Promise<T> {
  const signal = signalOfWaiting(scope);
  if (!signal) return await run(db);
  const revocable = revocably(db, () => run(db));
  return await unlessGone(signal, revocable);
}

/** The outcome of work that is not stopped from here, or ClientGone as soon as this client leaves. */
export async function heardByClient<T>(scope: Scope, begin: () => Promise<T>): Promise<T> {
  const signal = signalOfWaiting(scope);
  if (!signal) return await begin();
  return await unlessGone(signal, { work: begin(), revoke: () => undefined });
}

function signalOfWaiting(scope: Scope): AbortSignal | undefined {
  const signal = scope.signal?.();
  if (signal?.aborted) throw new ClientGone();
  return signal;
}

async function unlessGone<T>(signal: AbortSignal, { work, revoke }: Revocable<T>): Promise<T> {
  const { promise: gone, reject } = Promise.withResolvers<never>();
  const leave = () => {
    reject(new ClientGone());
    revoke();
  };
  signal.addEventListener("abort", leave, { once: true });
  try {
    return await Promise.race([gone, work]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}
