import type { Context } from "hono";
import { matchedRoutes } from "hono/route";
import type { AppEnv } from "../platform/http/app-env.ts";

/** The template of the route that the request goes to (`/v1/orders/:id`); undefined where none has its path and method. */
export function routeOf(c: Context<AppEnv>): string | undefined {
  return matchedRoutes(c).findLast(({ path }) => path !== "/*")?.path;
}
