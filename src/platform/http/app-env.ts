import type { Context } from "hono";
import type { ApiKey } from "../../contracts/ports.ts";
import type { Deps } from "../deps.ts";
import type { Caller, Scope } from "../scope.ts";

/** Hono's environment: deps as bindings, per-request values as variables. `access` sets `caller`, or `apiKey` instead. */
export interface AppEnv {
  Bindings: Deps;
  Variables: { scope: Scope; caller?: Caller; apiKey?: ApiKey };
}

/** Behind an `access` that no API key passes. */
export interface UserEnv extends AppEnv {
  Variables: AppEnv["Variables"] & { caller: Caller };
}

/** What helpers read of a request and may set of its answer, whatever `access` has found out. */
export type AppContext = Omit<Context<AppEnv>, "get" | "set">;
