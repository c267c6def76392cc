import { type CryptoKey, errors, importJWK, type JWTHeaderParameters, type JWTPayload, jwtVerify, SignJWT } from "jose";
import * as v from "valibot";
import { Problem } from "../shared/errors.ts";
import { uuidSchema } from "../shared/ids.ts";
import { putBounded } from "./bounded-map.ts";
import type { Config, SigningKey } from "./config.ts";
import type { Instance } from "./deps.ts";
import { lazilyPer } from "./lazily-per.ts";
import type { Caller } from "./scope.ts";

const audience = "headroom";
const verifiedMax = 10_000;

const claimsSchema = v.object({
  sub: uuidSchema,
  sid: uuidSchema,
  role: v.picklist(["customer", "operator", "admin"]),
  region: v.string(),
  auth_time: v.number(),
  exp: v.number(),
});

interface Keys {
  readonly kid: string;
  readonly signing: CryptoKey;
  readonly verifying: ReadonlyMap<string, CryptoKey>;
}

interface Verified {
  readonly caller: Caller;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

/** An access token (RFC 9068, EdDSA) for the caller, good for ACCESS_TOKEN_TTL_SECONDS. It says no e-mail and no name. */
export async function signAccessToken(instance: Instance, caller: Caller): Promise<string> {
  const { config } = instance;
  const { kid, signing } = await keysOf(instance);
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ sid: caller.sessionId, role: caller.role, region: caller.region, auth_time: caller.authTime })
    .setProtectedHeader({ alg: "EdDSA", typ: "at+jwt", kid })
    .setIssuer(config.PUBLIC_URL)
    .setAudience(audience)
    .setSubject(caller.userId)
    .setIssuedAt(now)
    .setExpirationTime(now + config.ACCESS_TOKEN_TTL_SECONDS)
    .setJti(crypto.randomUUID())
    .sign(signing);
}

/**
 * Who the token speaks for. A signature costs about 100 us to verify, so what was verified is remembered by its text.
 * @throws Problem unauthenticated, token-expired
 */
export async function verifyAccessToken(instance: Instance, token: string): Promise<Caller> {
  const known = rememberedBy(instance);
  const verified = known.get(token) ?? (await verify(instance, token));
  if (verified.expiresAt <= Date.now() / 1000) throw expired();
  if (!known.has(token)) putBounded(known, token, verified, verifiedMax);
  return verified.caller;
}

/** The public keys (RFC 7517) by which anybody verifies our tokens. */
export function publicKeySet(config: Config) {
  const keys = config.TOKEN_SIGNING_KEYS.map((key) => ({ ...publicPart(key), use: "sig", alg: "EdDSA" }));
  return { keys };
}

async function verify(instance: Instance, token: string): Promise<Verified> {
  const { verifying } = await keysOf(instance);
  const { payload } = await jwtVerify(token, (header) => keyNamed(verifying, header), {
    algorithms: ["EdDSA"],
    typ: "at+jwt",
    issuer: instance.config.PUBLIC_URL,
    audience,
    requiredClaims: ["sub", "sid", "role", "region", "auth_time", "iat", "exp", "jti"],
  }).catch((error: unknown) => {
    throw error instanceof errors.JWTExpired ? expired() : unusable();
  });
  return verifiedOf(payload);
}

function keyNamed(verifying: ReadonlyMap<string, CryptoKey>, { kid }: JWTHeaderParameters): CryptoKey {
  const key = verifying.get(kid ?? "");
  if (!key) throw new errors.JWKSNoMatchingKey();
  return key;
}

function verifiedOf(payload: JWTPayload): Verified {
  const claims = v.safeParse(claimsSchema, payload);
  if (!claims.success) throw unusable();
  const { sub, sid, role, region, auth_time, exp } = claims.output;
  return { caller: { userId: sub, sessionId: sid, role, region, authTime: auth_time }, expiresAt: exp };
}

const rememberedBy = lazilyPer((_instance: Instance) => new Map<string, Verified>());

/** Holds the keys, not a promise of them: on Workers a promise may die with the request that made it. */
const importedBy = lazilyPer((_instance: Instance): { keys?: Keys } => ({}));

async function keysOf(instance: Instance): Promise<Keys> {
  const imported = importedBy(instance);
  imported.keys ??= await importKeys(instance.config.TOKEN_SIGNING_KEYS);
  return imported.keys;
}

async function importKeys(keys: readonly SigningKey[]): Promise<Keys> {
  const [first] = keys;
  if (!first) throw new Error("TOKEN_SIGNING_KEYS is empty");
  const verifying = keys.map(async (key) => [key.kid, await imported(publicPart(key))] as const);
  return { kid: first.kid, signing: await imported(first.jwk), verifying: new Map(await Promise.all(verifying)) };
}

async function imported(jwk: Readonly<Record<string, string>>): Promise<CryptoKey> {
  const key = await importJWK(jwk, "EdDSA");
  if (key instanceof Uint8Array) throw new Error("TOKEN_SIGNING_KEYS holds a symmetric key");
  return key;
}

function publicPart({ kid, jwk }: SigningKey) {
  return { kty: "OKP", crv: "Ed25519", x: jwk.x ?? "", kid };
}

function expired(): Problem {
  return new Problem("token-expired", "The access token has expired; refresh the session.");
}

function unusable(): Problem {
  return new Problem("unauthenticated", "The access token is not one of ours; log in.");
}
