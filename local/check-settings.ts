import { readConfig } from "../src/platform/config.ts";
import { settings } from "./cloud.ts";
import { secretsFor } from "./secrets.ts";

const somewhere = "http://127.0.0.1";

/** What a start fills in when nobody sets it; the addresses stand for those that the parts will have. */
const filledIn = {
  PUBLIC_URL: somewhere,
  DATABASE_URL: "postgres://127.0.0.1/headroom",
  UPSTASH_REDIS_REST_URL: somewhere,
  QSTASH_URL: somewhere,
  MAILBOX_URL: somewhere,
  SANDBOX_URL: somewhere,
  ...settings,
};

/** Reads what a person set as the server will, before anything is started or written. @throws ConfigError */
export function checkSettings(given: Readonly<Record<string, string | undefined>>): void {
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value));
  readConfig({ ...filledIn, ...secretsFor(set), ...set });
}
