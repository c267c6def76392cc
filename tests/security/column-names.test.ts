import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Deps } from "../../src/platform/deps.ts";
import { apiDocument } from "../support/api-document.ts";
import { newUserAt, openOwnShop } from "../support/own-shop.ts";
import { tablesOf } from "../support/tables.ts";
import { effectsOf, type Probe, type WritingOperation } from "./column-names.ts";
import { hostileValues } from "./hostile-values.ts";
import { writes } from "./writes.ts";

interface Described {
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: WritingOperation["schema"] }>>;
  };
}

const document = await apiDocument();

const operations = Object.entries(document.paths as Record<string, Record<string, Described>>).flatMap(
  ([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => method !== "get")
      .map(([method, { requestBody }]) => {
        const [media] = Object.values(requestBody?.content ?? {});
        return { name: `${method.toUpperCase()} ${path}`, ...(media?.schema ? { schema: media.schema } : {}) };
      }),
);

const known = operations.flatMap((operation): [string, WritingOperation][] => {
  const make = writes[operation.name];
  return make === undefined ? [] : [[operation.name, { ...operation, make }]];
});

let probe: Probe;
let close = async () => {};

beforeAll(async () => {
  const shop = await openOwnShop({ plant: promoteWhoeverAsks });
  close = shop.close;
  const tables = await tablesOf(shop.sql);
  const { id } = await newUserAt(shop.instances[0].url);
  probe = { shop, tables, values: await hostileValues(shop.sql, tables, id), document };
}, 60_000);
afterAll(() => close());

describe("the name of a column among the fields of a write", () => {
  test("is sent to every write of the document", () => {
    // Add what is missing to tests/security/writes.ts, and take out what is gone.
    expect(Object.keys(writes).toSorted()).toEqual(operations.map(({ name }) => name).toSorted());
    expect(probe.values.size).toBeGreaterThan(100);
    expect([...probe.values.keys()]).toContainValues(["password_hash", "passwordHash", "role", "reserved", "on_hand"]);
  });

  test.each(known)(
    "%s refuses or ignores it, in every object of the body, and writes nothing of it",
    async (_, operation) => {
      expect(await effectsOf(probe, operation)).toEqual([]);
    },
    120_000,
  );

  test("that a route takes over is found (control)", async () => {
    const make = async () => {
      const { token, id } = await newUserAt(probe.shop.instances[0].url);
      return { path: `/planted/users/${id}`, token, body: { name: "Renamed" } };
    };
    const some = ["role", "email_verified", "emailVerified", "reserved", "passwordHash"];
    const values = new Map([...probe.values].filter(([name]) => some.includes(name)));
    const found = await effectsOf(
      { ...probe, values },
      {
        name: "PATCH /planted/users/{id}",
        make,
        schema: { properties: { name: { type: "string" } } },
      },
    );
    expect(found).toContain("PATCH /planted/users/{id} with role: identity.users.role became admin");
    expect(found).toContain("PATCH /planted/users/{id} with emailVerified: identity.users.email_verified became true");
    expect(found.every((one) => /with (role|emailVerified):/.test(one))).toBe(true);
  }, 120_000);
});

/** A route that gives a user whatever fields it is sent. */
function promoteWhoeverAsks(request: Request, deps: Deps): Promise<Response> | undefined {
  const [, id] = /\/planted\/users\/(.+)$/.exec(request.url) ?? [];
  return id === undefined ? undefined : promote(id, request, deps);
}

async function promote(id: string, request: Request, deps: Deps): Promise<Response> {
  const { role, emailVerified } = (await request.json()) as Record<string, unknown>;
  const { sql } = deps.databases.of("identity").primary();
  try {
    if (typeof role === "string") await sql`update identity.users set role = ${role} where id = ${id}`;
    if (emailVerified === true) await sql`update identity.users set email_verified = true where id = ${id}`;
    return new Response(null, { status: 204 });
  } catch {
    return new Response(null, { status: 409 });
  }
}
