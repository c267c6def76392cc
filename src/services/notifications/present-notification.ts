import { rfc3339 } from "../../shared/times.ts";
import type { NotificationRow } from "./queries.ts";
import type { Notification } from "./schemas.ts";

/** A notification's row as the contract shows it. */
export function presentNotification({ createdAt, readAt, ...row }: NotificationRow): Notification {
  return { ...row, createdAt: rfc3339(createdAt), readAt: readAt === null ? null : rfc3339(readAt) };
}
