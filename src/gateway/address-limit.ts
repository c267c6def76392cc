import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../platform/http/app-env.ts";
import { limitAddress } from "../platform/http/limit-address.ts";
import { policies } from "../platform/limits.ts";

const limit = limitAddress(policies.address);

/** The first refusal of all: so many requests a minute from one address. What was forwarded is counted already. */
export const addressLimit: MiddlewareHandler<AppEnv> = (c, next) =>
  c.var.scope.hop === undefined ? limit(c, next) : next();
