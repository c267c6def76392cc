import { makeDatabase, runOnce } from "./make-database.ts";
import { openShop } from "./shop.ts";

/** A database of a test file's own on the server of this test run, empty. */
export interface OwnDatabase {
  /** As the application's role, which owns it. */
  readonly url: string;
  /** As a superuser. */
  readonly adminUrl: string;
  /** Whoever is still connected loses it. */
  readonly drop: () => Promise<void>;
}

export async function makeOwnDatabase(): Promise<OwnDatabase> {
  const { env } = await openShop();
  const { DATABASE_URL: url, PRIMARY_ADMIN_URL: adminUrl } = await makeDatabase(env);
  const name = new URL(url).pathname.slice(1);
  const drop = async () => void (await runOnce(env.PRIMARY_ADMIN_URL ?? "", `drop database ${name} with (force)`));
  return { url, adminUrl, drop };
}
