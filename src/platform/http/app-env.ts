import type { ApiKey } from "../../contracts/ports.ts";
import type { Deps } from "../deps.ts";
import type { Caller, Scope } from "../scope.ts";

/** Hono's environment: deps as bindings, per-request values as variables. `access` sets `caller`, or `apiKey` instead. */
export interface AppEnv {
  Bindings: Deps;
  Variables: { scope: Scope; caller: Caller; apiKey: ApiKey | undefined };
}
