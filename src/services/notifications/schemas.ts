import * as v from "valibot";
import { pageQuery } from "../../platform/http/page.ts";
import { uuidSchema } from "../../shared/ids.ts";

export const notificationParam = v.object({ id: uuidSchema });

export const notificationsQuery = v.object(pageQuery);

export const readBody = v.pipe(v.strictObject({ read: v.literal(true) }), v.metadata({ ref: "ReadNotification" }));

/** `kind` is stable and for machines, `subject` for people. */
export const notificationSchema = v.pipe(
  v.object({
    id: v.string(),
    kind: v.string(),
    subject: v.string(),
    createdAt: v.string(),
    readAt: v.nullable(v.string()),
  }),
  v.metadata({ ref: "Notification" }),
);

export type Notification = v.InferOutput<typeof notificationSchema>;
