import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { sql as text } from "drizzle-orm";
import { openShop } from "../../tests/support/shop.ts";
import { type Databases, type Handle, openDatabases } from "./database.ts";
import { revocably } from "./revocably.ts";

// A pool of one connection, not opened yet, and a sequence that shows which statements ran.
let databases: Databases;
let db: Handle;

describe.each([false, true])("on connections that last a request: %p", (perRequest) => {
  beforeEach(async () => {
    const { config, sql } = await openShop();
    await sql`drop sequence if exists ran`;
    await sql`create sequence ran`;
    databases = openDatabases(config, { primary: 1, replicaLanes: 1, perRequest });
    db = databases.of("catalog").primary();
  });
  afterEach(() => databases.close());

  const step = () => db.orm.execute(text`select nextval('ran')::int as ran`);

  test("a statement for which the connection is being opened is taken back, and the connection serves the next", async () => {
    const { work, revoke } = revocably(db, step);
    await Bun.sleep(0);
    revoke();
    await work;
    expect(await step()).toMatchObject([{ ran: 1 }]);
  });

  test("a statement that waits behind a transaction is taken back, others are not", async () => {
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const transaction = db.sql.begin(() => {
      begin();
      return over;
    });
    await begun;
    const { work, revoke } = revocably(db, step);
    const other = step();
    await Bun.sleep(0);
    revoke();
    end();
    await Promise.all([transaction, work]);
    expect(await other).toMatchObject([{ ran: 1 }]);
  });

  test("a statement that was sent runs and is answered", async () => {
    await step();
    const { work, revoke } = revocably(db, step);
    await Bun.sleep(0);
    revoke();
    expect(await work).toMatchObject([{ ran: 2 }]);
  });
});
