import { and, desc, eq, lt, sql } from "drizzle-orm";
import { webhookDeliveries, webhookEndpoints } from "../../../../db/schema/notifications.ts";
import { prepared } from "../../../platform/database.ts";

const oldSecretUntil = sql<string | null>`(
  select max(until) from jsonb_to_recordset(${webhookEndpoints.retiredSecrets}) as r(until timestamptz) where until > now())`;

export const endpointColumns = {
  id: webhookEndpoints.id,
  url: webhookEndpoints.url,
  events: webhookEndpoints.events,
  enabled: webhookEndpoints.enabled,
  oldSecretUntil,
  createdAt: webhookEndpoints.createdAt,
  updatedAt: webhookEndpoints.updatedAt,
};

export const endpointById = prepared((orm) =>
  orm
    .select(endpointColumns)
    .from(webhookEndpoints)
    .where(eq(webhookEndpoints.id, sql.placeholder("id")))
    .prepare("webhook_endpoint_by_id"),
);

export type EndpointRow = Awaited<ReturnType<ReturnType<typeof endpointById>["execute"]>>[number];

/** Newest first, behind the id `before`. */
export const endpointsPage = prepared((orm) =>
  orm
    .select(endpointColumns)
    .from(webhookEndpoints)
    .where(lt(webhookEndpoints.id, sql.placeholder("before")))
    .orderBy(desc(webhookEndpoints.id))
    .limit(sql.placeholder("limit"))
    .prepare("webhook_endpoints_page"),
);

/** An endpoint's deliveries, newest first, behind the id `before`. */
export const deliveriesPage = prepared((orm) =>
  orm
    .select({
      id: webhookDeliveries.id,
      eventId: webhookDeliveries.eventId,
      type: webhookDeliveries.type,
      attempts: webhookDeliveries.attempts,
      nextAt: webhookDeliveries.nextAt,
    })
    .from(webhookDeliveries)
    .where(
      and(
        eq(webhookDeliveries.endpointId, sql.placeholder("endpointId")),
        lt(webhookDeliveries.id, sql.placeholder("before")),
      ),
    )
    .orderBy(desc(webhookDeliveries.id))
    .limit(sql.placeholder("limit"))
    .prepare("webhook_deliveries_page"),
);

export type DeliveryRow = Awaited<ReturnType<ReturnType<typeof deliveriesPage>["execute"]>>[number];
