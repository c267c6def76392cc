import { generateKeyPairSync, randomBytes } from "node:crypto";

const random = () => randomBytes(32).toString("base64url");

/** Every secret of an embedded home and how it is made. To add one, add a line: the next start makes it, the env file keeps it. */
const makers: Readonly<Record<string, () => string>> = {
  UPSTASH_REDIS_REST_TOKEN: random,
  QSTASH_TOKEN: random,
  QSTASH_CURRENT_SIGNING_KEY: () => `sig_${randomBytes(14).toString("hex")}`,
  QSTASH_NEXT_SIGNING_KEY: () => `sig_${randomBytes(14).toString("hex")}`,
  SANDBOX_WEBHOOK_SECRET: () => `whsec_${randomBytes(24).toString("base64")}`,
  TOKEN_SIGNING_KEYS: () => JSON.stringify([signingKey()]),
  REFRESH_SECRET: random,
  METRICS_TOKEN: random,
  INTERNAL_SECRET: random,
};

/** Keeps what there is, makes what is missing. */
export function secretsFor(kept: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, kept[name] || make()]));
}

function signingKey() {
  const { privateKey } = generateKeyPairSync("ed25519");
  return { kid: randomBytes(6).toString("hex"), jwk: privateKey.export({ format: "jwk" }) };
}
