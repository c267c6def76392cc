import * as v from "valibot";
import { type Service, services } from "../contracts/services.ts";
import { providerIssues, type RuntimeName } from "./provider-issues.ts";

/** Secrets that stand in documentation or in the local cloud: production refuses to start with any of them. */
const developmentSecrets = [
  "sig_7kYjw48mhY7kAjqNGcy6cr29RJ6r",
  "sig_5ZB6DVzB1wjE8S6rZ7eenA8Pdnhs",
  "eyJVc2VySUQiOiJkZWZhdWx0VXNlciIsIlBhc3N3b3JkIjoiZGVmYXVsdFBhc3N3b3JkIn0=",
  "headroom-admin",
  "headroom-operator",
  "headroom-buyer",
];

/** Stands wherever .env.example wants a value of one's own. */
const placeholder = "change-me";

const url = v.pipe(v.string(), v.url("a URL"));
const httpUrl = v.pipe(v.string(), v.regex(/^https?:\/\/[^\s/]+[^\s]*$/, "an http(s) URL"), v.transform(withoutSlash));
const postgresUrl = v.pipe(v.string(), v.regex(/^postgres(ql)?:\/\/\S+$/, "a postgres:// URL"));
const secret = v.pipe(v.string(), v.minLength(16, "at least 16 characters long"));
const oneOf = <const T extends readonly string[]>(words: T) => v.picklist(words, `one of ${words.join(", ")}`);
const count = (fallback: number, least = 0, most = Number.MAX_SAFE_INTEGER) => {
  const range =
    most === Number.MAX_SAFE_INTEGER ? `a whole number, at least ${least}` : `a whole number from ${least} to ${most}`;
  return v.optional(
    v.pipe(v.string(), v.regex(/^\d+$/, range), v.transform(Number), v.minValue(least, range), v.maxValue(most, range)),
    String(fallback),
  );
};
const positive = (fallback: number) => {
  const range = "a number, at least 0.001";
  return v.optional(
    v.pipe(v.string(), v.regex(/^\d+(\.\d+)?$/, range), v.transform(Number), v.minValue(0.001, range)),
    String(fallback),
  );
};
const trueOrFalse = v.pipe(
  oneOf(["true", "false"]),
  v.transform((word) => word === "true"),
);
const flag = (fallback: boolean) => v.optional(trueOrFalse, String(fallback) as "true");
const list = <const T extends v.GenericSchema<string, string>>(item: T) =>
  v.optional(v.pipe(v.string(), v.transform(split), v.array(item)), "");
const taxRate = v.pipe(
  v.string(),
  v.regex(/^[A-Z]{2}:\d{1,2}(\.\d{1,2})?$/, "a list of countries and percentages such as DE:19,CH:8.1"),
);

const environment = v.object({
  HEADROOM_MODE: v.optional(oneOf(["embedded", "production"]), "production"),
  PORT: count(3000, 0, 65_535),
  INSTANCES: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^(auto|[1-9]\d?)$/, "auto or a whole number from 1 to 99"),
      v.transform((word) => (word === "auto" ? word : Number(word))),
    ),
    "1",
  ),
  /** Set by src/instances.ts for each of them. */
  INSTANCE: v.optional(v.string()),
  PUBLIC_URL: httpUrl,
  DATABASE_URL: v.optional(postgresUrl),
  DATABASE_REPLICA_URLS: list(postgresUrl),
  DATABASE_POOL: count(10, 1, 200),
  UPSTASH_REDIS_REST_URL: httpUrl,
  UPSTASH_REDIS_REST_TOKEN: secret,
  QSTASH_URL: httpUrl,
  QSTASH_TOKEN: secret,
  QSTASH_CURRENT_SIGNING_KEY: secret,
  QSTASH_NEXT_SIGNING_KEY: secret,
  TOKEN_SIGNING_KEYS: v.pipe(v.string(), v.minLength(1), v.rawTransform(signingKeys)),
  REFRESH_SECRET: secret,
  METRICS_TOKEN: secret,
  INTERNAL_SECRET: v.optional(secret),
  INTERNAL_SECRET_NEXT: v.optional(secret),
  /** Who takes the money of new payments; embedded, the sandbox unless it is said. */
  PAYMENTS_PROVIDER: v.optional(oneOf(["sandbox", "stripe"])),
  SANDBOX_URL: v.optional(httpUrl),
  SANDBOX_WEBHOOK_SECRET: v.optional(v.pipe(v.string(), v.regex(/^whsec_[A-Za-z0-9+/=]{32,}$/, "whsec_<base64>"))),
  STRIPE_SECRET_KEY: v.optional(v.pipe(v.string(), v.regex(/^[rs]k_(test|live)_\S+$/, "sk_live_... or rk_live_..."))),
  STRIPE_WEBHOOK_SECRET: v.optional(v.pipe(v.string(), v.regex(/^whsec_\S{8,}$/, "whsec_..."))),
  STRIPE_URL: v.optional(httpUrl),
  /** Who sends the mails; embedded, the mailbox unless it is said. */
  MAIL_PROVIDER: v.optional(oneOf(["mailbox", "smtp", "resend"])),
  MAILBOX_URL: v.optional(httpUrl),
  SMTP_URL: v.optional(
    v.pipe(v.string(), v.url("a URL"), v.regex(/^smtps?:\/\/\S+$/, "a URL such as smtp://user:password@host:587")),
  ),
  RESEND_API_KEY: v.optional(v.pipe(v.string(), v.regex(/^re_\S+$/, "re_..."))),
  RESEND_URL: v.optional(httpUrl, "https://api.resend.com"),
  MAIL_FROM: v.optional(v.pipe(v.string(), v.email("an e-mail address")), "shop@headroom.local"),
  SERVICES: v.optional(v.pipe(v.string(), v.transform(mounted), v.array(oneOf(services))), services.join(",")),
  REGION: v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,32}$/, "1 to 32 of a-z, 0-9 and -")), "main"),
  CURRENCY: v.optional(v.pipe(v.string(), v.regex(/^[A-Z]{3}$/, "three capital letters (ISO 4217)")), "USD"),
  SHIPPING_FLAT: count(0),
  TAX_RATES: v.optional(v.pipe(v.string(), v.transform(split), v.array(taxRate), v.transform(byCountry)), ""),
  ORDER_TTL_SECONDS: count(900, 1),
  RESERVATION_GRACE_SECONDS: count(120, 12),
  ACCESS_TOKEN_TTL_SECONDS: count(600, 1),
  SCRYPT_LN: count(14, 1, 20),
  RATE_LIMIT_SCALE: positive(1),
  REPLICA_LAG_MAX_MS: count(5000, 1),
  EXPOSE_INTERNALS: flag(false),
  TRUSTED_PROXIES: count(0, 0, 10),
  CORS_ORIGINS: list(url),
  WEBHOOK_ALLOW_PRIVATE: v.optional(trueOrFalse),
  LOG_LEVEL: v.optional(oneOf(["debug", "info", "warn", "error", "silent"]), "info"),
  QSTASH_DEV: v.optional(v.string()),
});

type Environment = v.InferOutput<typeof environment>;

/** The names of the settings that a deployment may have. */
export const settingNames: readonly string[] = Object.keys(environment.entries);

export interface SigningKey {
  readonly kid: string;
  /** Ed25519 key as a JWK, private where identity is mounted; the first of the list signs, all of them verify. */
  readonly jwk: Readonly<Record<string, string>>;
}

export interface Config extends Omit<Environment, "SERVICES" | "DATABASE_URL" | "WEBHOOK_ALLOW_PRIVATE"> {
  readonly SERVICES: ReadonlySet<Service>;
  /** Where the services are that are mounted elsewhere, as far as this deployment is told. */
  readonly SERVICE_URLS: Readonly<Partial<Record<Service, string>>>;
  /** Empty where each mounted service has a database of its own. */
  readonly DATABASE_URL: string;
  /** The databases by service; services that share a URL share one outbox, inbox and relay. */
  readonly DATABASES: Readonly<Record<Service, DatabaseConfig>>;
  /** Unless it is set: only where everything is on one machine. */
  readonly WEBHOOK_ALLOW_PRIVATE: boolean;
}

export interface DatabaseConfig {
  /** Names the database in consistency tokens and logs. */
  readonly name: string;
  readonly url: string;
  readonly replicaUrls: readonly string[];
}

export class ConfigError extends Error {
  constructor(readonly issues: readonly string[]) {
    super(`Headroom cannot start with this configuration:\n${issues.map((issue) => `  - ${issue}`).join("\n")}`);
    this.name = "ConfigError";
  }
}

/** Reads the configuration from environment variables alone; names every problem at once. @throws ConfigError */
export function readConfig(env: Readonly<Record<string, unknown>>, runtime: RuntimeName = "bun"): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => typeof value === "string" && value !== ""),
  );
  const parsed = v.safeParse(environment, given);
  const named = v.safeParse(environment.entries.SERVICES, given.SERVICES);
  const isMounted = (service: Service) => !named.success || named.output.includes(service);
  const databases = databasesOf(given, isMounted);
  const urls = serviceUrlsOf(given);
  const issues = [...(parsed.issues ?? []).map(describe), ...databases.issues, ...urls.issues];
  if (!services.every(isMounted) && given.INTERNAL_SECRET === undefined)
    issues.push("INTERNAL_SECRET: is missing; it signs what passes between instances where SERVICES leaves some out");
  if (given.HEADROOM_MODE !== "embedded") issues.push(...productionIssues(given));
  issues.push(...providerIssues(given, { isMounted, runtime }));
  if (isMounted("identity") && parsed.success && parsed.output.TOKEN_SIGNING_KEYS.some(({ jwk }) => !jwk.d))
    issues.push("TOKEN_SIGNING_KEYS: identity needs the private keys");
  if (!parsed.success || issues.length > 0) throw new ConfigError(issues);
  return {
    ...parsed.output,
    SERVICES: new Set(parsed.output.SERVICES),
    SERVICE_URLS: urls.byService,
    DATABASE_URL: parsed.output.DATABASE_URL ?? "",
    DATABASES: databases.byService,
    WEBHOOK_ALLOW_PRIVATE: parsed.output.WEBHOOK_ALLOW_PRIVATE ?? parsed.output.HEADROOM_MODE === "embedded",
  };
}

/** What only development may have. */
function productionIssues(given: Readonly<Record<string, unknown>>): string[] {
  const issues = Object.entries(given)
    .filter(([, value]) => developmentSecrets.includes(String(value)) || String(value).includes(placeholder))
    .map(([name]) => `${name}: a known development secret or placeholder; generate one of your own`);
  if (given.QSTASH_DEV) issues.push("QSTASH_DEV: must not be set in production, it replaces the signing keys");
  if (Number(given.SCRYPT_LN ?? 14) < 14) issues.push("SCRYPT_LN: production needs at least 14");
  return issues;
}

/** `DATABASE_URL` for all, or `<SERVICE>_DATABASE_URL` (and `<SERVICE>_DATABASE_REPLICA_URLS`) for one. */
function databasesOf(given: Readonly<Record<string, unknown>>, isMounted: (service: Service) => boolean) {
  const issues: string[] = [];
  const shared: DatabaseConfig = {
    name: "main",
    url: String(given.DATABASE_URL ?? ""),
    replicaUrls: split(String(given.DATABASE_REPLICA_URLS ?? "")),
  };
  const entries = services.map((service) => {
    const prefix = service.toUpperCase();
    const own = given[`${prefix}_DATABASE_URL`];
    if (own === undefined || own === shared.url) return [service, shared] as const;
    if (!v.is(postgresUrl, own)) issues.push(`${prefix}_DATABASE_URL: must be a postgres:// URL`);
    const replicaUrls = split(String(given[`${prefix}_DATABASE_REPLICA_URLS`] ?? ""));
    return [service, { name: service, url: String(own), replicaUrls }] as const;
  });
  const [lacking, ...more] = entries.filter(([service, { url }]) => url === "" && isMounted(service));
  if (lacking) issues.push(`${more.length > 0 ? "" : `${lacking[0].toUpperCase()}_`}DATABASE_URL: is missing`);
  return { issues, byService: Object.fromEntries(entries) as Record<Service, DatabaseConfig> };
}

/** `<SERVICE>_URL`: where instances answer that mount the service. */
function serviceUrlsOf(given: Readonly<Record<string, unknown>>) {
  const issues: string[] = [];
  const entries = services.flatMap((service) => {
    const name = `${service.toUpperCase()}_URL`;
    const parsed = v.safeParse(v.optional(httpUrl), given[name]);
    if (!parsed.success) issues.push(`${name}: an http(s) URL`);
    return parsed.output === undefined ? [] : [[service, parsed.output] as const];
  });
  return { issues, byService: Object.fromEntries(entries) as Partial<Record<Service, string>> };
}

function signingKeys({ dataset, addIssue, NEVER }: v.RawTransformContext<string>): readonly SigningKey[] {
  try {
    const keys = JSON.parse(dataset.value) as SigningKey[];
    if (
      Array.isArray(keys) &&
      keys.length > 0 &&
      keys.every((key) => key.kid && key.jwk?.crv === "Ed25519" && (key.jwk.d ?? key.jwk.x))
    )
      return keys;
  } catch {}
  addIssue({ message: 'a JSON list of {"kid", "jwk"} with Ed25519 keys, see .env.example' });
  return NEVER;
}

function describe(issue: v.BaseIssue<unknown>): string {
  const name = v.getDotPath(issue) ?? "environment";
  return issue.received === "undefined" ? `${name}: is missing` : `${name}: must be ${issue.message}`;
}

/** In hundredths of a percent. */
function byCountry(rates: string[]): ReadonlyMap<string, number> {
  return new Map(rates.map((rate) => [rate.slice(0, 2), Math.round(Number(rate.slice(3)) * 100)]));
}

function split(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** `none` mounts nothing: a gateway alone. */
function mounted(text: string): string[] {
  return text.trim() === "none" ? [] : split(text);
}

function withoutSlash(text: string): string {
  return text.replace(/\/+$/, "");
}
