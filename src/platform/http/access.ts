import type { Context, MiddlewareHandler } from "hono";
import { describeRoute } from "hono-openapi";
import type { KeyScope } from "../../contracts/key-scopes.ts";
import { Problem } from "../../shared/errors.ts";
import { isApiKey, verifyApiKey } from "../api-keys.ts";
import { forcesPrimary } from "../consistency/requested.ts";
import { policies, spend } from "../limits.ts";
import { type Caller, readConsistencyOf } from "../scope.ts";
import { sessionStands } from "../sessions.ts";
import { verifyAccessToken } from "../tokens.ts";
import type { AppEnv, UserEnv } from "./app-env.ts";
import { clientAddress } from "./client-address.ts";
import { addressBlock } from "./limit-address.ts";

type Who = "anyone" | "user" | "operator" | "admin";

const rolesOf: Readonly<Record<Exclude<Who, "anyone">, readonly Caller["role"][]>> = {
  user: ["customer", "operator", "admin"],
  operator: ["operator", "admin"],
  admin: ["admin"],
};

/** More than any token of ours is long. */
const tokenLengthMax = 4_096;
/** How long an entered password opens the routes marked *fresh*. */
const freshSeconds = 15 * 60;

interface Demands {
  /** The password was entered within the last 15 minutes. */
  readonly fresh?: true;
  /** API keys with this scope may call it as well: they own nothing and enter no password. */
  readonly scope?: KeyScope;
}

type Fresh = Pick<Demands, "fresh">;
type ByKey = Pick<Demands, "scope">;

/**
 * Who may call the route, and how fresh it reads unless the request says so (admins and operators always read the
 * primary). Refuses in the order of api.md, rule 1: token or API key, session, age of the log-in, role or scope, limit of
 * the user or key. Sets `caller`, or `apiKey` where that asks, and who acts; on `anyone` routes Authorization is not
 * read.
 */
export function access(who: "anyone"): MiddlewareHandler<AppEnv>;
export function access(who: Exclude<Who, "anyone">, demands?: Fresh): MiddlewareHandler<UserEnv>;
export function access(who: "operator" | "admin", demands: ByKey): MiddlewareHandler<AppEnv>;
export function access(who: Who, demands: Demands = {}): MiddlewareHandler<AppEnv> | MiddlewareHandler<UserEnv> {
  if (who === "anyone") return letAnyone;
  return Object.assign(guard(who, demands), describeRoute(securityOf(who, demands)));
}

const letAnyone: MiddlewareHandler<AppEnv> = async (c, next) => {
  const { scope } = c.var;
  refuseOtherConsistency(c);
  scope.readConsistency ??= "eventual";
  if (readsStrongly(c)) await spend(scope, policies.strong, `address:${addressBlock(clientAddress(c))}`);
  await next();
};

function guard(who: Exclude<Who, "anyone">, demands: Demands): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const { scope } = c.var;
    const token = bearerToken(c);
    const admit = isApiKey(token) ? admitKey : admitUser;
    const fields = await countRequest(c, await admit(c, who, demands, token));
    for (const [name, value] of fields) c.header(name, value);
    refuseOtherConsistency(c);
    if (who === "user") scope.readConsistency ??= "session";
    else scope.readConsistency = "strong";
    await next();
    // A problem is a response of its own, made after the fields above were set.
    if (c.error) for (const [name, value] of fields) c.res.headers.set(name, value);
  };
}

/** Answers under what name his requests are counted. */
async function admitUser(
  c: Context<AppEnv>,
  who: Exclude<Who, "anyone">,
  { fresh }: Demands,
  token: string,
): Promise<string> {
  const caller = await verifyAccessToken(c.env.instance, token);
  if (!(await sessionStands(c.var.scope, caller)))
    throw new Problem("session-revoked", "The session of this token has ended; log in again.");
  if (fresh) refuseOldLogIn(caller);
  if (!rolesOf[who].includes(caller.role)) throw new Problem("forbidden", `Only for the role ${who}.`);
  c.set("caller", caller);
  c.var.scope.actor = { id: caller.userId, kind: "user" };
  return caller.userId;
}

/** The same for an API key. */
async function admitKey(
  c: Context<AppEnv>,
  who: Exclude<Who, "anyone">,
  { scope }: Demands,
  text: string,
): Promise<string> {
  if (who === "user")
    throw new Problem("unauthenticated", "This belongs to a user, who must log in: no API key opens it.");
  const key = await verifyApiKey(c.var.scope, text);
  if (scope === undefined) throw new Problem("forbidden", `Only for the role ${who}, not for API keys.`);
  if (!key.scopes.includes(scope)) throw new Problem("forbidden", `The API key lacks the scope ${scope}.`);
  c.set("apiKey", key);
  c.var.scope.actor = { id: key.id, kind: "api-key" };
  return `api-key:${key.id}`;
}

function refuseOldLogIn({ authTime }: Caller): void {
  if (Date.now() / 1000 - authTime <= freshSeconds) return;
  throw new Problem("reauthentication-required", "The password was entered over 15 minutes ago; log in again.");
}

async function countRequest(c: Context<AppEnv>, asker: string): Promise<[string, string][]> {
  const counted = [await spend(c.var.scope, policies.user, asker)];
  if (readsStrongly(c)) counted.push(await spend(c.var.scope, policies.strong, asker));
  const names = ["RateLimit-Policy", "RateLimit"] as const;
  return names.map((name) => [name, counted.map((fields) => fields[name]).join(", ")]);
}

/** A header that cannot be read is refused once it is known who asks (api.md, rule 1). */
function refuseOtherConsistency(c: Context<AppEnv>): void {
  const word = c.req.header("read-consistency");
  if (word === undefined || word === "" || readConsistencyOf(word) !== undefined) return;
  throw new Problem("header-invalid", "Read-Consistency must be strong, session or eventual.", {
    errors: [{ path: "header.Read-Consistency", message: "expected strong, session or eventual" }],
  });
}

/** True where the request's own words send a read to the primary: `strong`, or a token that no replica can meet. */
function readsStrongly(c: Context<AppEnv>): boolean {
  return (c.req.method === "GET" || c.req.method === "HEAD") && forcesPrimary(c.var.scope);
}

function bearerToken(c: Context<AppEnv>): string {
  const [, token] = /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
  if (token === undefined || token.length > tokenLengthMax)
    throw new Problem("unauthenticated", "Log in and send Authorization: Bearer <token>.");
  return token;
}

/** What the OpenAPI document says of a guarded route. */
function securityOf(who: Exclude<Who, "anyone">, { fresh, scope }: Demands) {
  const problem = (description: string) => ({
    description,
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  });
  const byKey: Record<string, string[]>[] = scope === undefined ? [] : [{ apiKey: [scope] }];
  return {
    security: [{ accessToken: [] }, ...byKey],
    responses: {
      401: problem(`unauthenticated, token-expired, session-revoked${fresh ? ", reauthentication-required" : ""}`),
      ...(who === "user" ? {} : { 403: problem("forbidden") }),
    },
  };
}
