import { forWriting, type Scope } from "../../platform/scope.ts";
import { Problem } from "../../shared/errors.ts";
import { presentNotification } from "./present-notification.ts";
import type { Notification } from "./schemas.ts";
import { markRead } from "./store.ts";

/** Notes that the user has read a notification; again changes nothing. @throws Problem not-found */
export async function markNotificationRead(scope: Scope, userId: string, id: string): Promise<Notification> {
  const row = await markRead(forWriting(scope, "notifications"), userId, id);
  if (row === undefined) throw new Problem("not-found", "There is no such notification of yours.");
  return presentNotification(row);
}
