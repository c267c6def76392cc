import type { HandedOver } from "../../contracts/ports.ts";
import { ClientGone } from "../../platform/client-gone.ts";
import { policies, spend } from "../../platform/limits.ts";
import { describeError } from "../../platform/log.ts";
import { type Caller, onPrimary, type Scope } from "../../platform/scope.ts";
import { TimeIsOver } from "../../platform/within.ts";
import { accountGone } from "./account-gone.ts";
import { handOverAuditLog } from "./audit-log/hand-over-audit-log.ts";
import { presentUser } from "./present-user.ts";
import { userById } from "./queries.ts";
import { handOverSessions } from "./sessions/hand-over-sessions.ts";

/** A client that takes longer has stopped reading. */
const lifeMs = 5 * 60_000;

type Pages = (after: string | null) => Promise<HandedOver>;

/**
 * All that is kept of the caller as one JSON object, in pieces: no more than a page of each list is held, however many
 * there are. Each service hands over its own; one that is away refuses the whole before it has begun. "" where only the
 * headers are asked for.
 * @throws Problem rate-limited, session-revoked, service-unavailable
 */
export async function exportUser(
  scope: Scope,
  caller: Caller,
  isHead: boolean,
): Promise<ReadableStream<Uint8Array> | ""> {
  const { userId } = caller;
  await spend(scope, policies.export, userId);
  const [row] = await userById(onPrimary(scope, "identity")).execute({ id: userId });
  if (row === undefined) throw accountGone();
  const { ports } = scope.deps;
  const lists: Readonly<Record<string, Pages>> = {
    sessions: (after) => handOverSessions(scope, caller, after),
    orders: (after) => ports.orders.handOverOrders(scope, userId, after),
    payments: (after) => ports.payments.handOverPayments(scope, userId, after),
    notifications: (after) => ports.notifications.handOverNotifications(scope, userId, after),
    auditLog: (after) => handOverAuditLog(scope, userId, after),
  };
  const begun = await Promise.all(
    Object.entries(lists).map(async ([name, pages]) => ({ name, pages, first: await pages(null) })),
  );
  if (isHead) return "";
  const head = { exportedAt: new Date().toISOString(), user: presentUser(row) };
  return streamOf(scope, piecesOf(head, begun));
}

interface Begun {
  readonly name: string;
  readonly pages: Pages;
  readonly first: HandedOver;
}

async function* piecesOf(head: object, lists: readonly Begun[]): AsyncGenerator<string, void> {
  yield JSON.stringify(head).slice(0, -1);
  for (const { name, pages, first } of lists) {
    yield `,${JSON.stringify(name)}:[${textOf(first)}`;
    for (let { next } = first; next !== null; ) {
      const page = await pages(next);
      if (page.items.length > 0) yield `,${textOf(page)}`;
      next = page.next;
    }
    yield "]";
  }
  yield "}";
}

function textOf({ items }: HandedOver): string {
  return items.map((item) => JSON.stringify(item)).join(",");
}

/** Pulled by the client. Where it breaks off, so does the answer: half an export is not taken for a whole one. */
function streamOf(scope: Scope, pieces: AsyncGenerator<string, void>): ReadableStream<Uint8Array> {
  const ended = Promise.withResolvers<void>();
  const timer = setTimeout(ended.resolve, lifeMs);
  const endsAt = Date.now() + lifeMs;
  // On Workers the handles stay open until then.
  scope.deps.background(ended.promise.finally(() => clearTimeout(timer)));
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull: async (controller) => {
      try {
        if (Date.now() > endsAt) throw new TimeIsOver(lifeMs);
        const { value, done } = await pieces.next();
        if (!done) return controller.enqueue(encoder.encode(value));
        controller.close();
      } catch (error) {
        if (!(error instanceof ClientGone)) scope.log.error("an export broke off", describeError(error));
        controller.error(error);
      }
      ended.resolve();
    },
    cancel: () => ended.resolve(),
  });
}
