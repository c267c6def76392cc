import type { Instance } from "./deps.ts";
import { lazilyPer } from "./lazily-per.ts";

/** Where an instance stands in its life; `readyz` tells the balancer. */
export const lifecycle = lazilyPer((_: Instance) => ({ draining: false }));
