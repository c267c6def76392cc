import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { migrateAll } from "../db/migrate.ts";
import { readConfig } from "../src/platform/config.ts";
import { makeOwnDatabase, type OwnDatabase } from "../tests/support/own-database.ts";
import { openShop } from "../tests/support/shop.ts";

const home = mkdtempSync(join(tmpdir(), "headroom-load-test-"));
const scratch = join(home, "tmp");
let database: OwnDatabase;
let url: string;

beforeAll(async () => {
  const { env, url: shop } = await openShop();
  url = shop;
  database = await makeOwnDatabase();
  await migrateAll(readConfig({ ...env, DATABASE_URL: database.url, DATABASE_REPLICA_URLS: "" }));
  mkdirSync(scratch);
  await Bun.write(join(home, "env"), `DATABASE_URL=${database.url}\n`);
  await Bun.write(join(home, "k6"), fakeK6, { mode: 0o755 });
}, 60_000);
afterAll(async () => {
  await database?.drop();
  rmSync(home, { recursive: true, force: true });
});

/** Done at once, having asked for nothing. */
const fakeK6 = `#!/bin/sh
if [ "$1" = version ]; then echo "k6 v2.2.0"; exit; fi
while [ "$1" != --summary-export ]; do shift; done
echo '{"metrics":{}}' > "$2"
`;

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s while a run is checked ends it at once and leaves nothing behind",
  async (signal) => {
    const sql = postgres(database.url, { max: 1, onnotice: () => undefined });
    await sql.begin(async (tx) => {
      // Every check waits for it.
      await tx`lock table orders.orders in access exclusive mode`;
      const command = [process.execPath, "--no-env-file", join(import.meta.dir, "load.ts")];
      const child = Bun.spawn([...command, "checkout", "--url", url, "--env", join(home, "env")], {
        env: { K6: join(home, "k6"), PATH: "/usr/bin:/bin", TMPDIR: scratch },
        stdio: ["ignore", "ignore", "pipe"],
      });
      let said = "";
      const reading = (async () => {
        for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) {
          said += chunk;
          if (said.includes("Checking the invariants")) child.kill(signal);
        }
      })();
      expect(await child.exited).toBe(2);
      await reading;
    });
    await sql.end();
    expect(readdirSync(scratch)).toEqual([]);
  },
);
