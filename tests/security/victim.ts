import { randomUUID } from "node:crypto";
import type { Sql } from "postgres";
import { adminToken, call, eventually, newProduct, payOrder, type User } from "../support/client.ts";
import { fulfil, refund, untilOrderIs } from "../support/fulfilment.ts";
import { openShop } from "../support/shop.ts";
import { type Table, tablesOf } from "../support/tables.ts";

/** A thing that is not the caller's: what it is, and its id or name. */
export interface ForeignThing {
  readonly kind: string;
  readonly id: string;
}

/** A customer who has one of everything that a customer can have, and what only administrators see. */
export interface Victim extends User {
  readonly things: readonly ForeignThing[];
  /** Text that only he and administrators may read. */
  readonly bytes: readonly string[];
  /** All that the database has of him. */
  readonly rows: () => Promise<Record<string, unknown[]>>;
}

/** A customer, whose things all say `mark` where they can say something. @throws Error where some table has nothing of him */
export async function newVictim(): Promise<Victim> {
  const { sql } = await openShop();
  const mark = `foreign-${randomUUID()}`;
  const user = await register(mark);
  const { skus, code, withdrawn } = await stockTheShop(mark);
  await buy(user, mark, skus, code);
  const owned = await ownedTables(sql);
  const rows = () => rowsOf(sql, owned, user.id);
  const all = await eventually(async () => {
    const found = await rows();
    return Object.values(found).every((of) => of.length > 0) && found;
  }, 15_000).catch(async () => {
    const empty = Object.entries(await rows()).filter(([, of]) => of.length === 0);
    throw new Error(
      `the victim has nothing in ${empty.map(([name]) => name)}: make it one in tests/security/victim.ts`,
    );
  });
  const named = owned.flatMap((table) => idsIn(table, all[table.name] ?? []));
  const ofShop = [
    ...(await idsOfShop(sql)),
    { kind: "coupon", id: code },
    { kind: "sku", id: skus[0] ?? "" },
    ...withdrawn.map((id) => ({ kind: "withdrawn product", id })),
  ];
  const things = [{ kind: "user", id: user.id }, { kind: "e-mail", id: user.email }, ...named, ...ofShop];
  const own = named.map(({ id }) => id);
  return { ...user, things: eachOnce(things), bytes: [mark, user.id, user.email, ...own], rows };
}

async function register(mark: string): Promise<User> {
  const email = `${mark}@example.com`;
  const password = `pass-${randomUUID()}`;
  const { body } = await call("POST", "/v1/users", { body: { email, password, name: mark } });
  const logIn = () => call("POST", "/v1/sessions", { body: { email, password }, headers: { "User-Agent": mark } });
  await logIn();
  const session = await logIn();
  const user = { id: body.id, email, token: session.body.accessToken };
  await call("PATCH", "/v1/users/me", { token: user.token, body: { metadata: { mark } } });
  await call("POST", "/v1/email-verifications", { token: user.token });
  return user;
}

/** What a customer must not see, beside goods. */
async function stockTheShop(mark: string) {
  const token = await adminToken();
  const code = `C-${mark.slice(-12)}`;
  await call("PUT", `/v1/coupons/${code}`, { token, body: { percentOff: 10 } });
  const id = randomUUID();
  const slug = `w-${mark.slice(-12)}`;
  const variants = [{ sku: `W-${mark.slice(-12)}`, name: mark, price: { amount: 1, currency: "USD" } }];
  const body = { slug, name: mark, description: mark, category: "tests", variants, status: "withdrawn" };
  await call("PUT", `/v1/products/${id}`, { token, body });
  return { skus: await newProduct(50, 50), code, withdrawn: [id, slug] };
}

/** An order in each state, a payment in each, and a cart. */
async function buy(user: User, mark: string, skus: readonly string[], couponCode: string): Promise<void> {
  const { token } = user;
  const shippingAddress = { name: mark, line1: mark, city: mark, postalCode: "1", country: "DE" };
  const lines = skus.map((sku) => ({ sku, quantity: 1 }));
  const order = { lines, shippingAddress, metadata: { mark }, couponCode };
  const place = async () => (await call("POST", "/v1/orders", { token, key: randomUUID(), body: order })).body.id;
  const pay = async (id: string) => {
    const { body } = await payOrder(token, id);
    await untilOrderIs(user, id, "paid");
    return body.id;
  };
  const [pending, paid, shipped] = [await place(), await place(), await place()];
  await payOrder(token, pending, "pm_declined");
  const payment = await pay(paid);
  await refund(payment, { amount: { amount: 1, currency: "USD" } });
  await pay(shipped);
  await fulfil(shipped, "shipments", { carrier: mark, trackingNumber: mark });
  await call("PUT", "/v1/cart", { token, body: { lines } });
}

/** What is noted of who is gone: it has no id of its own and no route. */
const ofTheGone = ["events.erased", "orders.closures"];

/** The tables whose rows say whose they are. */
async function ownedTables(sql: Sql): Promise<Table[]> {
  const tables = (await tablesOf(sql)).filter(({ name }) => !ofTheGone.includes(name));
  return tables.filter(({ columns }) => columns.some(({ name }) => name === "user_id"));
}

async function rowsOf(sql: Sql, tables: readonly Table[], userId: string): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {};
  for (const { name } of tables) {
    const rows = await sql.unsafe(`select to_jsonb(t) as row from ${name} t where user_id = $1 order by 1`, [userId]);
    found[name] = rows.map(({ row }) => row);
  }
  return found;
}

function idsIn({ name, columns }: Table, rows: readonly unknown[]): ForeignThing[] {
  const ids = columns.filter((column) => column.type === "uuid" && column.name !== "user_id");
  return ids.flatMap((column) =>
    rows.flatMap((row) => {
      const id = (row as Record<string, string | null>)[column.name];
      return id === null || id === undefined ? [] : [{ kind: `${name}.${column.name}`, id }];
    }),
  );
}

/** One id of each kind that is nobody's own. Those of products are public. */
async function idsOfShop(sql: Sql): Promise<ForeignThing[]> {
  const tables = (await tablesOf(sql)).filter(
    ({ name, columns }) => !name.startsWith("catalog.") && columns.every((column) => column.name !== "user_id"),
  );
  const things: ForeignThing[] = [];
  for (const { name, columns } of tables)
    for (const column of columns.filter(({ name: of, type }) => type === "uuid" && of !== "product_id")) {
      const [row] = await sql.unsafe(
        `select ${column.name} as id from ${name} where ${column.name} is not null limit 1`,
      );
      if (row !== undefined) things.push({ kind: `${name}.${column.name}`, id: row.id });
    }
  return things;
}

function eachOnce(things: readonly ForeignThing[]): ForeignThing[] {
  return [...Map.groupBy(things, ({ id }) => id).values()].flatMap(([first]) => first ?? []);
}
