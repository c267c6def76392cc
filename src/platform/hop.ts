import { jwtVerify, SignJWT } from "jose";
import * as v from "valibot";
import type { Config } from "./config.ts";

/** Says that a request comes from another of our instances. */
export const hopHeader = "Headroom-Hop";

const audience = "headroom-internal";
const lifeSeconds = 30;
const clockToleranceSeconds = 5;

/** Instances that a request may pass through, one after another. */
export const hopsMax = 5;

const claimsSchema = v.object({
  method: v.string(),
  path: v.string(),
  hops: v.pipe(v.number(), v.integer(), v.minValue(1)),
  body: v.optional(v.string()),
  address: v.optional(v.string()),
});

/** One step of a request between our instances, as the sender signs it. */
export type Hop = Readonly<v.InferOutput<typeof claimsSchema>>;

type HopSecrets = Pick<Config, "INTERNAL_SECRET" | "INTERNAL_SECRET_NEXT">;

/**
 * Signs (JWT, HS256, 30 s) that this instance sends the request: its method, its path with the query, how many hops lie
 * behind it; the client's address where one is forwarded, the SHA-256 of the body where the instance itself is the caller.
 */
export function signHop({ INTERNAL_SECRET }: HopSecrets, hop: Hop): Promise<string> {
  if (INTERNAL_SECRET === undefined) throw new Error("INTERNAL_SECRET is missing");
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ ...hop })
    .setProtectedHeader({ alg: "HS256" })
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + lifeSeconds)
    .sign(keyOf(INTERNAL_SECRET));
}

/** What the header says where one of our instances signed it for this very request, else undefined. Never throws. */
export async function verifyHop(secrets: HopSecrets, token: string, request: Request): Promise<Hop | undefined> {
  for (const secret of [secrets.INTERNAL_SECRET, secrets.INTERNAL_SECRET_NEXT]) {
    const claims = secret === undefined ? undefined : await claimsOf(secret, token);
    if (claims?.method === request.method && claims.path === pathOf(request.url)) return claims;
  }
  return undefined;
}

/** Path and query. */
export function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

async function claimsOf(secret: string, token: string): Promise<Hop | undefined> {
  try {
    const { payload } = await jwtVerify(token, keyOf(secret), {
      algorithms: ["HS256"],
      audience,
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ["exp", "iat"],
    });
    return v.parse(claimsSchema, payload);
  } catch {
    return undefined;
  }
}

function keyOf(secret: string): Uint8Array {
  return new TextEncoder().encode(secret);
}
