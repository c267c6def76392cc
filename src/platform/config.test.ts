import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, readConfig } from "./config.ts";

const key = { kid: "test", jwk: { crv: "Ed25519", d: "x", x: "y", kty: "OKP" } };
const production = {
  PUBLIC_URL: "https://shop.example.org",
  DATABASE_URL: "postgres://headroom:secret@db:5432/headroom",
  UPSTASH_REDIS_REST_URL: "https://redis.example.org",
  UPSTASH_REDIS_REST_TOKEN: "0123456789abcdef-redis",
  QSTASH_URL: "https://qstash.example.org",
  QSTASH_TOKEN: "0123456789abcdef-queue",
  QSTASH_CURRENT_SIGNING_KEY: "sig_0123456789abcdef",
  QSTASH_NEXT_SIGNING_KEY: "sig_fedcba9876543210",
  TOKEN_SIGNING_KEYS: JSON.stringify([key]),
  REFRESH_SECRET: "0123456789abcdef-refresh",
  METRICS_TOKEN: "0123456789abcdef-metrics",
  PAYMENTS_PROVIDER: "stripe",
  STRIPE_SECRET_KEY: "sk_live_0123456789abcdef",
  STRIPE_WEBHOOK_SECRET: "whsec_0123456789abcdef",
  MAIL_PROVIDER: "smtp",
  MAIL_FROM: "shop@example.org",
  SMTP_URL: "smtps://shop:secret@mail.example.org",
};

/** The names of the settings that are refused. */
function refused(env: Record<string, string>): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.issues.map((issue) => issue.split(":")[0] ?? "").sort();
  }
}

describe("the configuration", () => {
  test("is production unless it says embedded, and has defaults for what is no secret", () => {
    const config = readConfig(production);
    expect([config.HEADROOM_MODE, config.PORT, config.CURRENCY, config.ORDER_TTL_SECONDS]).toEqual([
      "production",
      3000,
      "USD",
      900,
    ]);
    expect(config.DATABASES.orders).toBe(config.DATABASES.catalog);
  });

  test("lets webhooks into private networks on one machine alone, unless it says otherwise", () => {
    const allows = (env: Record<string, string>) => readConfig({ ...production, ...env }).WEBHOOK_ALLOW_PRIVATE;
    expect([allows({}), allows({ HEADROOM_MODE: "embedded" })]).toEqual([false, true]);
    expect(allows({ WEBHOOK_ALLOW_PRIVATE: "true" })).toBe(true);
    expect(allows({ HEADROOM_MODE: "embedded", WEBHOOK_ALLOW_PRIVATE: "false" })).toBe(false);
    expect(refused({ ...production, WEBHOOK_ALLOW_PRIVATE: "yes" })).toEqual(["WEBHOOK_ALLOW_PRIVATE"]);
  });

  test("names every problem at once, and what is missing", () => {
    const bad = {
      ...production,
      PORT: "abc",
      CURRENCY: "dollars",
      SCRYPT_LN: "10",
      ORDERS_DATABASE_URL: "mysql://x",
      REFRESH_SECRET: "",
    };
    expect(refused(bad)).toEqual(["CURRENCY", "ORDERS_DATABASE_URL", "PORT", "REFRESH_SECRET", "SCRYPT_LN"]);
    const { STRIPE_SECRET_KEY: _key, STRIPE_WEBHOOK_SECRET: _secret, SMTP_URL: _url, ...always } = production;
    expect(refused({})).toEqual(Object.keys(always).toSorted());
  });

  test("says what a setting must be in plain words, and never what it was", () => {
    const bad = { PORT: "70000", CURRENCY: "dollars", UPSTASH_REDIS_REST_URL: "redis://x", QSTASH_TOKEN: "short" };
    expect(() => readConfig({ ...production, ...bad, RATE_LIMIT_SCALE: "many", LOG_LEVEL: "loud" })).toThrow(
      `Headroom cannot start with this configuration:
  - PORT: must be a whole number from 0 to 65535
  - UPSTASH_REDIS_REST_URL: must be an http(s) URL
  - QSTASH_TOKEN: must be at least 16 characters long
  - CURRENCY: must be three capital letters (ISO 4217)
  - RATE_LIMIT_SCALE: must be a number, at least 0.001
  - LOG_LEVEL: must be one of debug, info, warn, error, silent`,
    );
  });

  test("of production refuses known secrets, placeholders, the sandbox and the queue's development mode", () => {
    const known = { QSTASH_CURRENT_SIGNING_KEY: "sig_7kYjw48mhY7kAjqNGcy6cr29RJ6r", ADMIN_PASSWORD: "headroom-admin" };
    expect(refused({ ...production, ...known })).toEqual(["ADMIN_PASSWORD", "QSTASH_CURRENT_SIGNING_KEY"]);
    const sandbox = {
      SANDBOX_URL: "http://127.0.0.1:8090",
      SANDBOX_WEBHOOK_SECRET: `whsec_${"a".repeat(32)}`,
      QSTASH_DEV: "true",
    };
    expect(refused({ ...production, ...sandbox })).toEqual(["QSTASH_DEV", "SANDBOX_URL", "SANDBOX_WEBHOOK_SECRET"]);
    const { PAYMENTS_PROVIDER: _payments, MAIL_PROVIDER: _mail, ...rest } = production;
    expect(refused({ ...rest, ...sandbox, MAILBOX_URL: "http://127.0.0.1", HEADROOM_MODE: "embedded" })).toEqual([]);
    expect(refused({ ...production, MAILBOX_URL: "http://127.0.0.1", STRIPE_URL: "http://127.0.0.1" })).toEqual([
      "MAILBOX_URL",
      "STRIPE_URL",
    ]);
    const names = { PAYMENTS_PROVIDER: "sandbox", MAIL_PROVIDER: "mailbox" };
    expect(refused({ ...production, ...names })).toEqual(["MAIL_PROVIDER", "PAYMENTS_PROVIDER"]);
  });

  test("of production refuses .env.example as it stands, each secret by its name", () => {
    const example = readFileSync(join(import.meta.dir, "../../.env.example"), "utf8");
    const lines = [...example.matchAll(/^([A-Z_0-9]+)=(.*)$/gm)].map(([, name = "", value = ""]) => [
      name,
      value.replace(/^'|'$/g, ""),
    ]);
    expect(refused(Object.fromEntries(lines))).toEqual([
      "ADMIN_PASSWORD",
      "DATABASE_URL",
      "MAIL_FROM",
      "METRICS_TOKEN",
      "QSTASH_CURRENT_SIGNING_KEY",
      "QSTASH_NEXT_SIGNING_KEY",
      "QSTASH_TOKEN",
      "REFRESH_SECRET",
      "SMTP_URL",
      "STRIPE_SECRET_KEY",
      "STRIPE_WEBHOOK_SECRET",
      "TOKEN_SIGNING_KEYS",
      "UPSTASH_REDIS_REST_TOKEN",
      "UPSTASH_REDIS_REST_URL",
    ]);
  });

  test("of payments demands of production a provider, and of each provider what it needs", () => {
    const { PAYMENTS_PROVIDER, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, ...none } = production;
    expect(refused(none)).toEqual(["PAYMENTS_PROVIDER"]);
    expect(refused({ ...none, HEADROOM_MODE: "embedded" })).toEqual([]);
    const stripe = { ...none, PAYMENTS_PROVIDER };
    expect(refused(stripe)).toEqual(["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"]);
    expect(refused({ ...stripe, HEADROOM_MODE: "embedded" })).toEqual(["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"]);
    expect(refused({ ...production, STRIPE_SECRET_KEY: "pk_live_1", STRIPE_WEBHOOK_SECRET: "secret" })).toEqual([
      "STRIPE_SECRET_KEY",
      "STRIPE_WEBHOOK_SECRET",
    ]);
    expect(refused({ ...production, CURRENCY: "KWD" })).toEqual(["CURRENCY"]);
    const elsewhere = { SERVICES: "orders", ORDERS_DATABASE_URL: production.DATABASE_URL };
    expect(refused({ ...none, ...elsewhere, INTERNAL_SECRET: "0123456789abcdef-internal" })).toEqual([]);
  });

  test("of mail demands of production a provider and a sender, and of each provider what it needs", () => {
    const { MAIL_PROVIDER: _, MAIL_FROM, SMTP_URL, ...none } = production;
    expect(refused(none)).toEqual(["MAIL_FROM", "MAIL_PROVIDER"]);
    expect(refused({ ...none, HEADROOM_MODE: "embedded" })).toEqual([]);
    expect(refused({ ...none, MAIL_FROM, MAIL_PROVIDER: "smtp" })).toEqual(["SMTP_URL"]);
    expect(refused({ ...none, MAIL_FROM, MAIL_PROVIDER: "smtp", SMTP_URL: "http://mail" })).toEqual(["SMTP_URL"]);
    const resend = { ...none, MAIL_FROM, MAIL_PROVIDER: "resend" };
    expect(refused(resend)).toEqual(["RESEND_API_KEY"]);
    expect(refused({ ...resend, RESEND_API_KEY: "re_0123456789abcdef" })).toEqual([]);
  });

  test("of Workers refuses SMTP, for which they open no connection", () => {
    expect(() => readConfig(production, "workers")).toThrow("MAIL_PROVIDER: smtp is for servers");
    const resend = { MAIL_PROVIDER: "resend", RESEND_API_KEY: "re_0123456789abcdef" };
    expect(readConfig({ ...production, ...resend }, "workers").MAIL_PROVIDER).toBe("resend");
  });

  test("gives a service a database of its own where its URL is set", () => {
    const config = readConfig({
      ...production,
      ORDERS_DATABASE_URL: "postgres://o@db/orders",
      ORDERS_DATABASE_REPLICA_URLS: "postgres://o@r1/orders,postgres://o@r2/orders",
    });
    expect(config.DATABASES.orders).toEqual({
      name: "orders",
      url: "postgres://o@db/orders",
      replicaUrls: ["postgres://o@r1/orders", "postgres://o@r2/orders"],
    });
    expect(config.DATABASES.payments.name).toBe("main");
  });

  test("of a gateway alone needs no database, but the secret that its forwarding is signed with", () => {
    const { DATABASE_URL: _, ...gateway } = { ...production, SERVICES: "none", ORDERS_URL: "http://orders.internal/" };
    expect(refused(gateway)).toEqual(["INTERNAL_SECRET"]);
    const config = readConfig({ ...gateway, INTERNAL_SECRET: "0123456789abcdef-internal" });
    expect([config.SERVICES.size, config.SERVICE_URLS]).toEqual([0, { orders: "http://orders.internal" }]);
    expect(refused({ ...gateway, INTERNAL_SECRET: "short", ORDERS_URL: "orders" })).toEqual([
      "INTERNAL_SECRET",
      "ORDERS_URL",
    ]);
  });

  test("of a service alone needs a database of its own, and private keys only where it is identity", () => {
    const { DATABASE_URL, ...shared } = { ...production, INTERNAL_SECRET: "0123456789abcdef-internal" };
    const { d: _, ...jwk } = key.jwk;
    const publicKeys = JSON.stringify([{ ...key, jwk }]);
    const orders = { ...shared, SERVICES: "orders", TOKEN_SIGNING_KEYS: publicKeys };
    expect(refused(orders)).toEqual(["ORDERS_DATABASE_URL"]);
    expect(refused({ ...orders, ORDERS_DATABASE_URL: DATABASE_URL })).toEqual([]);
    const identity = { ...orders, SERVICES: "identity", IDENTITY_DATABASE_URL: DATABASE_URL };
    expect(refused(identity)).toEqual(["TOKEN_SIGNING_KEYS"]);
  });
});
