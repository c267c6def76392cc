import { afterEach, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { type Answer, adminToken, call } from "../../../../tests/support/client.ts";
import { openShop } from "../../../../tests/support/shop.ts";
import { webhookSecret } from "./webhook-secret.ts";

const list = "/v1/webhook-endpoints";
const problemOf = ({ status, body }: Answer) => [status, body.type?.split("/").at(-1)];
const pathsOf = ({ body }: Answer) => [...new Set(body.errors?.map(({ path }: { path: string }) => path))];

async function ask(request: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const [method = "", path = ""] = request.split(" ");
  return call(method, path, { token: await adminToken(), headers, ...(body === undefined ? {} : { body }) });
}

const add = (more: object = {}) => ask(`POST ${list}`, { url: "http://127.0.0.1:9999/hook", events: ["*"], ...more });

async function newEndpoint(more: object = {}) {
  const made = await add(more);
  expect(made.status).toBe(201);
  return made.body as { id: string; secret: string; url: string; createdAt: string };
}

/** As the sender will note it. */
async function newDelivery(endpointId: string, type = "order.paid", attempts: object[] = []): Promise<string> {
  const { sql } = await openShop();
  const [row] = await sql`
    insert into notifications.webhook_deliveries (endpoint_id, event_id, type, payload, attempts)
    values (${endpointId}, uuidv7(), ${type}, '{}', ${JSON.stringify(attempts)}::text::jsonb) returning id`;
  return row?.id;
}

/** The secrets with which the endpoint's webhooks would be signed now, the newest first. */
async function signing(endpointId: string): Promise<string[]> {
  const { sql, config } = await openShop();
  const rows = await sql<{ id: string }[]>`
    select id from (
      select secret_id as id, 'infinity'::timestamptz as until from notifications.webhook_endpoints where id = ${endpointId}
      union all
      select r.id, r.until from notifications.webhook_endpoints e,
             jsonb_to_recordset(retired_secrets) as r(id uuid, until timestamptz)
       where e.id = ${endpointId} and r.until > now()) s order by until desc`;
  return rows.map(({ id }) => webhookSecret(config, id));
}

/** There may be 50 in a shop. */
afterEach(async () => {
  const { sql } = await openShop();
  await sql`delete from notifications.webhook_endpoints`;
});

describe("an endpoint for webhooks", () => {
  test("is added with a secret of 32 bytes that is shown once and stands in no table", async () => {
    const { sql } = await openShop();
    const url = "http://127.0.0.1:9999/hook?shop=1";
    const made = await add({ url, events: ["order.paid", "stock.changed"] });
    const { secret, ...shown } = made.body;
    expect(made.status).toBe(201);
    expect(made.headers.get("location")).toBe(`${list}/${shown.id}`);
    expect(shown).toEqual({
      ...{ id: expect.any(String), url, events: ["order.paid", "stock.changed"], enabled: true, oldSecretUntil: null },
      ...{ createdAt: expect.stringMatching(/^\d{4}-.*Z$/), updatedAt: shown.createdAt },
    });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect((await ask(`GET ${list}/${shown.id}`)).body).toEqual(shown);
    expect((await ask(`GET ${list}`)).body.data).toContainEqual(shown);
    const [row] = await sql`select e::text as text from notifications.webhook_endpoints e where id = ${shown.id}`;
    expect(row?.text).toContain(shown.id);
    expect(row?.text).not.toContain(secret.slice(6));
    expect(await signing(shown.id)).toEqual([secret]);
  });

  test("has a secret of its own", async () => {
    const [one, other] = [await newEndpoint(), await newEndpoint()];
    expect(one.secret).not.toBe(other.secret);
  });

  test("is turned off and on, and changed in what it is patched with alone", async () => {
    const { id, secret, ...before } = await newEndpoint({ events: ["order.paid"] });
    const off = await ask(`PATCH ${list}/${id}`, { enabled: false });
    expect([off.status, off.body.enabled, off.body.events]).toEqual([200, false, ["order.paid"]]);
    expect(off.body.secret).toBeUndefined();
    const moved = await ask(`PATCH ${list}/${id}`, { url: "http://127.0.0.1:9998/", events: ["*"] });
    expect(moved.body).toMatchObject({ url: "http://127.0.0.1:9998/", events: ["*"], enabled: false });
    expect(moved.body.createdAt).toBe(before.createdAt);
    expect((await ask(`GET ${list}/${id}`)).body).toEqual(moved.body);
    expect((await ask(`PATCH ${list}/${id}`, { enabled: true })).body.enabled).toBe(true);
    expect(await signing(id)).toEqual([secret]);
  });

  test("that is deleted is found nowhere any more, nor are its deliveries", async () => {
    const { id } = await newEndpoint();
    const delivery = await newDelivery(id);
    expect((await ask(`DELETE ${list}/${id}`)).status).toBe(204);
    const requests = [
      ...["GET", "DELETE"].map((method) => `${method} ${list}/${id}`),
      ...[`POST ${list}/${id}/secret`, `GET ${list}/${id}/deliveries`],
      `POST ${list}/${id}/deliveries/${delivery}/redeliver`,
    ];
    for (const request of requests) expect(problemOf(await ask(request))).toEqual([404, "not-found"]);
    expect(problemOf(await ask(`PATCH ${list}/${id}`, { enabled: true }))).toEqual([404, "not-found"]);
    expect((await ask(`GET ${list}`)).body.data).toEqual([]);
  });

  test("hears of what the shop sells and not of accounts, by types of events or of all", async () => {
    const types = ["product.changed", "stock.depleted", "order.placed", "order.refunded", "payment.failed"];
    expect((await add({ events: types })).body.events).toEqual(types);
    const refused = [
      ...[
        "user.registered",
        "user.updated",
        "user.reset-requested",
        "user.erased",
        "audit.recorded",
        "order.painted",
        "",
      ].map((type) => [[type], ["events.0"]]),
      [["*", "order.paid"], ["events"]],
      [["order.paid", "order.paid"], ["events"]],
      [[], ["events"]],
      ["*", ["events"]],
    ];
    for (const [events, paths] of refused) {
      const answer = await add({ events });
      expect([...problemOf(answer), pathsOf(answer)]).toEqual([422, "invalid-request", paths]);
    }
  });

  test("with what is no URL, or with a field that nobody knows, is refused by its path", async () => {
    const urls = ["", "shop", "/hook", "http://", "http://300.1.1.1/", "http://ex ample.com/", "http:\\\\a.example\\"];
    for (const url of [...urls, "https://bücher.example/", `https://a.example/${"x".repeat(2000)}`]) {
      const answer = await add({ url });
      expect([...problemOf(answer), pathsOf(answer)]).toEqual([422, "invalid-request", ["url"]]);
    }
    expect(pathsOf(await add({ secret: "whsec_of-my-own" }))).toEqual(["secret"]);
    expect(pathsOf(await ask(`POST ${list}`, { events: ["*"] }))).toEqual(["url"]);
    const { id } = await newEndpoint();
    expect(pathsOf(await ask(`PATCH ${list}/${id}`, { enabled: "no", id: "x" }))).toEqual(["enabled", "id"]);
  });

  test("may be one of 50: of 60 added at once 50 are, the others are told the limit", async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => add()));
    const refused = answers.filter(({ status }) => status === 409);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(50);
    expect(refused).toHaveLength(10);
    for (const answer of refused) expect([problemOf(answer)[1], answer.body.limit]).toEqual(["limit-reached", 50]);
    const first = answers.find(({ status }) => status === 201);
    expect((await ask(`DELETE ${list}/${first?.body.id}`)).status).toBe(204);
    expect((await add()).status).toBe(201);
    expect((await add()).status).toBe(409);
  });

  test("is listed newest first, page by page", async () => {
    const made: string[] = [];
    for (let n = 0; n < 3; n++) made.unshift((await newEndpoint()).id);
    const ids = ({ body }: Answer) => body.data.map(({ id }: { id: string }) => id);
    const first = await ask(`GET ${list}?limit=2`);
    expect(ids(first)).toEqual(made.slice(0, 2));
    const rest = await ask(`GET ${list}?limit=2&cursor=${first.body.nextCursor}`);
    expect([ids(rest), rest.body.nextCursor]).toEqual([made.slice(2), null]);
  });
});

describe("an endpoint's secret", () => {
  test("is replaced by a new one, shown once, beside which the old one signs along for a day", async () => {
    const { id, secret: old } = await newEndpoint();
    const replaced = await ask(`POST ${list}/${id}/secret`);
    expect([replaced.status, replaced.headers.get("location")]).toEqual([201, `${list}/${id}`]);
    const { secret, ...shown } = replaced.body;
    expect(secret).toMatch(/^whsec_/);
    expect(secret).not.toBe(old);
    expect((await ask(`GET ${list}/${id}`)).body).toEqual(shown);
    expect(Date.parse(shown.oldSecretUntil) - Date.parse(shown.updatedAt)).toBe(24 * 3600 * 1000);
    expect(await signing(id)).toEqual([secret, old]);
    const { sql } = await openShop();
    const aDayAgo = JSON.stringify([{ id: randomUUID(), until: new Date(Date.now() - 1).toISOString() }]);
    await sql`update notifications.webhook_endpoints set retired_secrets = ${aDayAgo}::text::jsonb where id = ${id}`;
    expect(await signing(id)).toEqual([secret]);
    expect((await ask(`GET ${list}/${id}`)).body.oldSecretUntil).toBeNull();
  });

  test("replaced many times at once leaves one that signs and none doubled; the receiver's own still signs along", async () => {
    const { id, secret: old } = await newEndpoint();
    const replaced = await Promise.all(Array.from({ length: 4 }, () => ask(`POST ${list}/${id}/secret`)));
    const given = replaced.map(({ body }) => body.secret);
    const all = await signing(id);
    expect(all.toSorted()).toEqual([...given, old].toSorted());
    for (let n = 0; n < 3; n++) await ask(`POST ${list}/${id}/secret`);
    expect(await signing(id)).toHaveLength(6);
  });
});

describe("an endpoint's deliveries", () => {
  test("are listed with their attempts, newest first, page by page; another endpoint's are not among them", async () => {
    const [{ id }, other] = [await newEndpoint(), await newEndpoint()];
    const attempts = [
      { at: "2026-11-24T10:00:00.123Z", status: null, ms: 10_000, error: "no answer" },
      { at: "2026-11-24T10:00:15.456Z", status: 204, ms: 12 },
    ];
    const made = [await newDelivery(id, "order.placed", attempts)];
    await newDelivery(other.id);
    for (let n = 0; n < 2; n++) made.unshift(await newDelivery(id));
    const first = await ask(`GET ${list}/${id}/deliveries?limit=2`);
    expect(first.body.data.map((of: { id: string }) => of.id)).toEqual(made.slice(0, 2));
    const next = `${list}/${id}/deliveries?limit=2&cursor=${first.body.nextCursor}`;
    expect((await ask(`GET ${next}`)).body).toEqual({
      data: [{ id: made[2], eventId: expect.any(String), type: "order.placed", attempts, nextAt: null }],
      nextCursor: null,
    });
    const elsewhere = await ask(`GET ${list}/${other.id}/deliveries?cursor=${first.body.nextCursor}`);
    expect(problemOf(elsewhere)).toEqual([400, "cursor-invalid"]);
  });

  test("are made due again at once, each by its own endpoint alone", async () => {
    const [{ id }, other] = [await newEndpoint(), await newEndpoint()];
    const delivery = await newDelivery(id);
    const dueAt = async () => (await ask(`GET ${list}/${id}/deliveries`)).body.data[0].nextAt;
    const redeliver = (endpointId: string, did: string) =>
      ask(`POST ${list}/${endpointId}/deliveries/${did}/redeliver`);
    for (const [endpointId, did] of [[other.id, delivery] as const, [id, randomUUID()] as const, [id, "x"] as const])
      expect(problemOf(await redeliver(endpointId, did))).toEqual([404, "not-found"]);
    expect(await dueAt()).toBeNull();
    const before = Date.now();
    expect((await redeliver(id, delivery)).status).toBe(202);
    const due = Date.parse(await dueAt());
    expect(due).toBeGreaterThan(before - 1000);
    expect(due).toBeLessThan(Date.now() + 1000);
  });
});
