import type { NotificationsPort } from "../../contracts/ports.ts";
import { handedOver } from "../../platform/handed-over.ts";
import { onPrimary, type Scope } from "../../platform/scope.ts";
import { highestUuid } from "../../shared/ids.ts";
import { presentNotification } from "./present-notification.ts";
import { notificationsPage } from "./queries.ts";

const pageMax = 100;

/** What other services may ask of notifications. */
export const notificationsPort: NotificationsPort<Scope> = {
  handOverNotifications: async (scope, userId, after) => {
    const db = onPrimary(scope, "notifications");
    const rows = await notificationsPage(db).execute({ userId, before: after ?? highestUuid, limit: pageMax });
    return handedOver(rows, pageMax, rows.map(presentNotification));
  },
};
