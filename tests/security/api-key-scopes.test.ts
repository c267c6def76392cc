import { beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { type KeyScope, keyScopes } from "../../src/contracts/key-scopes.ts";
import { adminToken, call } from "../support/client.ts";
import { openShop } from "../support/shop.ts";

/** Which scope opens which route of admins and operators. All other guarded routes refuse every key. */
const scopeOf: Readonly<Record<string, KeyScope>> = {
  "GET /v1/admin/orders": "orders:read",
  "GET /v1/admin/orders/{id}": "orders:read",
  "POST /v1/orders/{id}/deliveries": "orders:fulfil",
  "POST /v1/orders/{id}/shipments": "orders:fulfil",
  "DELETE /v1/products/{id}": "catalog:write",
  "POST /v1/products/imports": "catalog:write",
  "PUT /v1/products/{id}": "catalog:write",
  "GET /v1/stock": "stock:write",
  "GET /v1/stock/{sku}": "stock:write",
  "GET /v1/stock/{sku}/movements": "stock:write",
  "POST /v1/stock/{sku}/adjustments": "stock:write",
  "PUT /v1/stock/{sku}": "stock:write",
  "POST /v1/payments/{id}/refunds": "refunds:write",
  "GET /v1/analytics/summary": "analytics:read",
  "GET /v1/webhook-endpoints": "webhooks:write",
  "POST /v1/webhook-endpoints": "webhooks:write",
  "GET /v1/webhook-endpoints/{id}": "webhooks:write",
  "PATCH /v1/webhook-endpoints/{id}": "webhooks:write",
  "DELETE /v1/webhook-endpoints/{id}": "webhooks:write",
  "POST /v1/webhook-endpoints/{id}/secret": "webhooks:write",
  "GET /v1/webhook-endpoints/{id}/deliveries": "webhooks:write",
  "POST /v1/webhook-endpoints/{id}/deliveries/{did}/redeliver": "webhooks:write",
};

interface Guarded {
  readonly name: string;
  /** In the document. */
  readonly scopes: readonly string[];
  readonly isForUsers: boolean;
}

interface Described {
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly responses: Readonly<Record<string, unknown>>;
}

const { url } = await openShop();
const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
};
const guarded = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, { security = [], responses }]): Guarded[] =>
    security.some((way) => "accessToken" in way)
      ? [
          {
            name: `${method.toUpperCase()} ${path}`,
            scopes: security.flatMap(({ apiKey = [] }) => apiKey),
            isForUsers: !("403" in responses),
          },
        ]
      : [],
  ),
);

describe("API keys", () => {
  const keys = new Map<KeyScope, string>();
  beforeAll(async () => {
    const token = await adminToken();
    for (const scope of keyScopes) {
      const made = await call("POST", "/v1/api-keys", { token, body: { name: scope, scopes: [scope] } });
      expect(made.status).toBe(201);
      keys.set(scope, made.body.key);
    }
  });

  test("find in the document which scope each route asks for", () => {
    const documented = guarded.filter(({ scopes }) => scopes.length > 0).map(({ name, scopes }) => [name, scopes[0]]);
    expect(documented.toSorted()).toEqual(Object.entries(scopeOf).toSorted());
    expect(guarded.filter(({ name }) => !(name in scopeOf)).length).toBeGreaterThan(20);
  });

  test.each(guarded)("$name opens to its own scope alone", async ({ name, isForUsers }) => {
    const [method = "", pattern = ""] = name.split(" ");
    const path = pattern.replace(/\{\w+\}/g, () => randomUUID());
    for (const [scope, token] of keys) {
      const { status, body } = await call(method, path, { token });
      const refusal = isForUsers ? [401, "unauthenticated"] : [403, "forbidden"];
      if (scopeOf[name] !== scope) expect([status, String(body.type).split("/").at(-1)]).toEqual(refusal);
      else expect([200, 404, 415]).toContain(status);
    }
  });

  test("are refused by every guarded route where one letter is spoiled", async () => {
    for (const { name } of guarded) {
      const [method = "", pattern = ""] = name.split(" ");
      for (const [, key] of keys) {
        const token = key.slice(0, -10) + (key.at(-10) === "x" ? "y" : "x") + key.slice(-9);
        const { status, body } = await call(method, pattern.replace(/\{\w+\}/g, randomUUID()), { token });
        expect([status, String(body.type).split("/").at(-1)]).toEqual([401, "unauthenticated"]);
      }
    }
  });
});
