import type { Handle } from "../../../src/platform/database.ts";
import type { Scope } from "../../../src/platform/scope.ts";
import type { Given } from "../given.ts";

export interface Bench {
  /** Watched. */
  readonly db: Handle;
  /** Its databases are the watched one. */
  readonly scope: Scope;
  readonly given: Given;
}

/** Runs a statement as the application does, with something to do. */
export type Call = (bench: Bench) => Promise<unknown>;

type Functions<Module> = keyof { [Name in keyof Module as Module[Name] extends CallableFunction ? Name : never]: Name };

/** A call for each function of a module of statements: a function that nobody calls does not compile. */
export type CallsOf<Module> = { readonly [Name in Functions<Module>]: Call };
