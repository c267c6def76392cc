import type { Deps } from "../deps.ts";
import type { Caller, Scope } from "../scope.ts";

/** Hono's environment: deps as bindings, per-request values as variables. `caller` is set by `access`. */
export interface AppEnv {
  Bindings: Deps;
  Variables: { scope: Scope; caller: Caller };
}
