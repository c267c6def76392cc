import type { Context, MiddlewareHandler } from "hono";
import { currentPosition } from "../platform/consistency/position.ts";
import { broughtTokens } from "../platform/consistency/requested.ts";
import { formatTokens, mergePositions } from "../platform/consistency/tokens.ts";
import type { AppEnv } from "../platform/http/app-env.ts";
import { describeError } from "../platform/log.ts";
import { type ReadConsistency, readConsistencyOf, type Scope } from "../platform/scope.ts";

/**
 * Reads how fresh the request's reads must be, and tells a successful write's position in the answer, so that the
 * client's next reads see it (api.md, rule 7).
 */
export function consistencyToken(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const scope = c.get("scope");
    const token = c.req.header("consistency-token") ?? "";
    scope.consistencyTokens = token === "" ? [] : [token];
    scope.readConsistency = requestedConsistency(c);
    await next();
    if (scope.written.size === 0 || !c.res.ok) return;
    const answer = await tokenFor(scope);
    if (answer !== undefined) c.header("Consistency-Token", answer);
  };
}

/**
 * Who brings a token and says no more means it: `session`. Undefined is the route's default; another word is refused by
 * the route's `access`, once it is known who asks.
 */
function requestedConsistency(c: Context<AppEnv>): ReadConsistency | undefined {
  const word = c.req.header("read-consistency");
  if (word === undefined || word === "") return c.get("scope").consistencyTokens.length > 0 ? "session" : undefined;
  return readConsistencyOf(word);
}

/** What was written stands first: it must fit. Undefined where a primary died meanwhile: what it acknowledged stands. */
async function tokenFor(scope: Scope): Promise<string | undefined> {
  const { deps, written } = scope;
  const databases = deps.databases.all().filter(({ name }) => written.has(name));
  try {
    const positions = await Promise.all(
      databases.map(async (of) => [of.name, written.get(of.name) ?? (await currentPosition(deps, of))] as const),
    );
    return formatTokens(mergePositions([...positions, ...broughtTokens(scope).positions]));
  } catch (error) {
    scope.log.warn("no consistency token", describeError(error));
    return undefined;
  }
}
