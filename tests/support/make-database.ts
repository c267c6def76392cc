import { randomUUID } from "node:crypto";
import postgres from "postgres";

type Settings = Readonly<Record<"DATABASE_URL" | "DATABASE_REPLICA_URLS" | "PRIMARY_ADMIN_URL", string>>;

/** Makes an empty database on a cloud's servers, owned by the application's role. Answers the settings that name it. */
export async function makeDatabase(cloud: Readonly<Record<string, string>>): Promise<Settings> {
  const { DATABASE_URL = "", DATABASE_REPLICA_URLS = "", PRIMARY_ADMIN_URL = "" } = cloud;
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await runOnce(PRIMARY_ADMIN_URL, `create database ${name} owner ${new URL(DATABASE_URL).username}`);
  const inside = (url: string) => Object.assign(new URL(url), { pathname: name }).href;
  return {
    DATABASE_URL: inside(DATABASE_URL),
    DATABASE_REPLICA_URLS: inside(DATABASE_REPLICA_URLS),
    PRIMARY_ADMIN_URL: inside(PRIMARY_ADMIN_URL),
  };
}

/** Runs one statement on a connection of its own, and answers its rows. */
export async function runOnce(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return [...(await sql.unsafe(statement))];
  } finally {
    await sql.end({ timeout: 1 });
  }
}
