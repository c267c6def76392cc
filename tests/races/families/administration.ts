import { newAdmin, newUserAt, type OwnInstance, type OwnShop } from "../../support/own-shop.ts";
import { brief, type Family, family, send } from "../family.ts";
import { newGoods, pay, place, stateOf, statusOf } from "./goods.ts";

interface Standing {
  readonly admins: readonly [string, string];
  readonly userId: string;
  readonly userToken: string;
}

const change = async ({ admins, userId }: Standing, at: OwnInstance & { side: 0 | 1 }, body: object) =>
  brief(await send(at, `PATCH /v1/admin/users/${userId}`, { token: admins[at.side], body }));

const standing = family<Standing>(
  "another's standing",
  async ({ instances: [{ url }], sql }) => {
    const { id, token } = await newUserAt(url);
    return { admins: [await newAdmin(url, sql), await newAdmin(url, sql)], userId: id, userToken: token };
  },
  {
    disable: (world, at) => change(world, at, { disabled: true }),
    enable: (world, at) => change(world, at, { disabled: false }),
    "make operator": (world, at) => change(world, at, { role: "operator" }),
    "make admin": (world, at) => change(world, at, { role: "admin" }),
    "rename oneself": async ({ userToken }, at) => {
      const answer = await send(at, "PATCH /v1/users/me", { token: userToken, body: { name: "Renamed" } });
      return answer.status === 401 ? "401" : brief(answer);
    },
    "erase oneself": async ({ userToken }, at) => {
      const answer = await send(at, "DELETE /v1/users/me", { token: userToken });
      return answer.status === 401 ? "401" : brief(answer);
    },
  },
  async ({ sql }, { userId }) => ({
    user: (await sql`select role, disabled, name from identity.users where id = ${userId}`)[0],
    sessions: (await sql`select ended_at is not null as ended from identity.sessions where user_id = ${userId}`)[0],
    told: [
      ...(await sql`
        select data->>'action' as action from events.outbox
         where type = 'audit.recorded' and data->'target'->>'id' = ${userId} order by 1`),
    ],
  }),
);

interface Leaving {
  readonly user: { readonly id: string; readonly email: string; readonly token: string };
  readonly sku: string;
  readonly orderId: string;
}

const leaving = family<Leaving>(
  "an account with a pending order",
  async (shop: OwnShop) => {
    const [at] = shop.instances;
    const [user, { sku }] = await Promise.all([newUserAt(at.url), newGoods(shop, 5)]);
    const { body } = await place(at, user, sku, 2, "first");
    return { user, sku, orderId: body.id };
  },
  {
    "erase oneself": async ({ user }, at) => {
      const answer = await send(at, "DELETE /v1/users/me", { token: user.token });
      return answer.status === 401 ? "401" : brief(answer);
    },
    pay: async ({ user, orderId }, at) => {
      const answer = await pay(at, { user, orderId }, `pay-${at.side}`);
      return answer.status === 401 ? "401" : brief(answer, statusOf);
    },
    cancel: async ({ user, orderId }, at) => {
      const answer = await send(at, `POST /v1/orders/${orderId}/cancel`, { token: user.token });
      return answer.status === 401 ? "401" : brief(answer);
    },
    "place another": async ({ user, sku }, at) => {
      const answer = await place(at, user, sku, 1, `another-${at.side}`);
      return answer.status === 401 ? "401" : brief(answer);
    },
  },
  async (shop, { user, sku }) => ({
    ...(await stateOf(shop, sku)),
    isThere: (await shop.sql`select from identity.users where id = ${user.id}`).length,
  }),
);

interface Key {
  readonly id: string;
  readonly adminToken: string;
}

const keys = family<Key>(
  "an API key",
  async ({ instances: [at], sql }) => {
    const adminToken = await newAdmin(at.url, sql);
    const body = { name: "Raced", scopes: ["orders:read"] };
    const made = await send(at, "POST /v1/api-keys", { token: adminToken, body });
    return { id: made.body.id, adminToken };
  },
  {
    revoke: async ({ id, adminToken }, at) => brief(await send(at, `DELETE /v1/api-keys/${id}`, { token: adminToken })),
    "make another": async ({ adminToken }, at) =>
      brief(
        await send(at, "POST /v1/api-keys", { token: adminToken, body: { name: "Another", scopes: ["stock:write"] } }),
      ),
  },
  async ({ sql }, { id }) =>
    (await sql`select count(*)::int as count from identity.api_keys where id = ${id}`)[0]?.count,
);

interface Endpoint extends Key {
  readonly deliveryId: string;
}

const endpoints = family<Endpoint>(
  "a webhook endpoint",
  async ({ instances: [at], sql, adminToken }) => {
    const body = { url: "https://hooks.example/", events: ["order.paid"] };
    const made = await send(at, "POST /v1/webhook-endpoints", { token: adminToken, body });
    // There are at most 50, and worlds come and go.
    await sql`
      delete from notifications.webhook_endpoints where id in (
        select id from notifications.webhook_endpoints where created_at < now() - interval '20 seconds')`;
    const [row] = await sql`
      insert into notifications.webhook_deliveries (endpoint_id, event_id, type, payload)
      values (${made.body.id}, uuidv7(), 'order.paid', '{}') returning id`;
    return { id: made.body.id, adminToken, deliveryId: String(row?.id) };
  },
  {
    disable: async ({ id, adminToken }, at) =>
      brief(await send(at, `PATCH /v1/webhook-endpoints/${id}`, { token: adminToken, body: { enabled: false } })),
    "hear of all": async ({ id, adminToken }, at) =>
      brief(await send(at, `PATCH /v1/webhook-endpoints/${id}`, { token: adminToken, body: { events: ["*"] } })),
    "replace the secret": async ({ id, adminToken }, at) =>
      brief(await send(at, `POST /v1/webhook-endpoints/${id}/secret`, { token: adminToken })),
    redeliver: async ({ id, deliveryId, adminToken }, at) =>
      brief(
        await send(at, `POST /v1/webhook-endpoints/${id}/deliveries/${deliveryId}/redeliver`, { token: adminToken }),
      ),
    remove: async ({ id, adminToken }, at) =>
      brief(await send(at, `DELETE /v1/webhook-endpoints/${id}`, { token: adminToken })),
  },
  async ({ sql }, { id }) => [
    ...(await sql`
      select e.enabled, e.events, jsonb_array_length(e.retired_secrets) as retired, d.next_at is not null as due
        from notifications.webhook_endpoints e join notifications.webhook_deliveries d on d.endpoint_id = e.id
       where e.id = ${id}`),
  ],
);

export const administrationFamilies: readonly Family[] = [standing, leaving, keys, endpoints];
