import type { ApiKey } from "../contracts/ports.ts";
import { Problem, retryLater } from "../shared/errors.ts";
import { putBounded } from "./bounded-map.ts";
import type { Instance } from "./deps.ts";
import { sha256 } from "./hash.ts";
import { lazilyPer } from "./lazily-per.ts";
import type { Scope } from "./scope.ts";
import { announceAllEnded, noteActive, stateOf } from "./standing.ts";
import { TimeIsOver, within } from "./within.ts";

const mark = "hr_";
const pattern = /^hr_[\w-]{43}$/;
/** Of the key, what may be shown again: 48 bits of its 256. */
const prefixLength = mark.length + 8;
const knownMax = 10_000;
/** A frozen database must not hold the first request of a key up for longer. */
const firstAskMs = 2_000;

interface Known {
  readonly key: ApiKey;
  /** When it was last said that the key stands, in milliseconds since 1970. */
  heardAt: number;
}

/** A new key: its text, which is told once, what of it is stored, and by what it is recognised. */
export function makeApiKey(): { readonly text: string; readonly hash: string; readonly prefix: string } {
  const text = mark + Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
  return { text, hash: sha256(text), prefix: text.slice(0, prefixLength) };
}

/** Whether the bearer's token is meant as an API key. */
export function isApiKey(token: string): boolean {
  return token.startsWith(mark);
}

/**
 * The API key of this text. What it is good for never changes, so an instance asks identity's primary once; whether it
 * still stands is asked as for sessions, so a key that was revoked or has expired is refused everywhere within a second.
 * Where neither Redis nor the database can say, it is believed for as long as an access token lives. It is looked up by
 * its digest, so the time that takes tells nothing of how much of a guess is right.
 * @throws Problem unauthenticated; where nobody can say primary-unavailable, service-unavailable
 */
export async function verifyApiKey(scope: Scope, text: string): Promise<ApiKey> {
  if (!pattern.test(text)) throw unusable();
  const { instance, config } = scope.deps;
  const hash = sha256(text);
  const known = knownBy(instance).get(hash);
  if (known === undefined) return await learn(scope, hash);
  const { key } = known;
  if (key.expiresAt !== null && Date.parse(key.expiresAt) <= Date.now()) throw unusable();
  const state = await stateOf(scope, {
    name: nameOf(key.id),
    ask: async () => (await keyOf(scope, hash)) !== undefined,
  });
  if (state === "ended") throw unusable();
  if (state === "active") known.heardAt = Date.now();
  if (Date.now() - known.heardAt > config.ACCESS_TOKEN_TTL_SECONDS * 1000) throw untold();
  return key;
}

/** Tells every instance that this key was revoked. Called after the database has committed it. */
export async function announceRevoked(scope: Scope, keyId: string): Promise<void> {
  await announceAllEnded(scope, [nameOf(keyId)]);
}

async function learn(scope: Scope, hash: string): Promise<ApiKey> {
  const askedAt = Date.now();
  const key = await within(firstAskMs, keyOf(scope, hash)).catch((error: unknown) => {
    throw error instanceof TimeIsOver ? untold() : error;
  });
  if (key === undefined) throw unusable();
  putBounded(knownBy(scope.deps.instance), hash, { key, heardAt: askedAt }, knownMax);
  noteActive(scope, nameOf(key.id), askedAt);
  return key;
}

function keyOf(scope: Scope, hash: string): Promise<ApiKey | undefined> {
  return scope.deps.ports.identity.apiKeyOf(scope, hash);
}

/** By digest. */
const knownBy = lazilyPer((_instance: Instance) => new Map<string, Known>());

const nameOf = (keyId: string): string => `api-key:${keyId}`;

function unusable(): Problem {
  return new Problem("unauthenticated", "The API key is unknown, revoked or expired.");
}

function untold(): Problem {
  return retryLater("primary-unavailable", "Whether the API key stands cannot be asked now.");
}
