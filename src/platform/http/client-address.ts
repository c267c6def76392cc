import type { AppContext } from "./app-env.ts";

/** The address of whoever asked: as the instance that forwarded the request saw it, else as the runtime does. */
export function clientAddress(c: AppContext): string {
  return c.var.scope.hop?.address ?? c.env.clientAddress(c.req.raw);
}
