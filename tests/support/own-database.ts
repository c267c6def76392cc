import { randomUUID } from "node:crypto";
import postgres from "postgres";
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
  const { DATABASE_URL: shopUrl = "", PRIMARY_ADMIN_URL: adminUrl = "" } = env;
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const inside = (url: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href;
  await run(adminUrl, `create database ${name} owner ${new URL(shopUrl).username}`);
  return {
    url: inside(shopUrl),
    adminUrl: inside(adminUrl),
    drop: () => run(adminUrl, `drop database ${name} with (force)`),
  };
}

async function run(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
