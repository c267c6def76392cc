import type { Instance } from "../platform/deps.ts";
import { lazilyPer } from "../platform/lazily-per.ts";

/** Where an instance stands in its life; `readyz` tells the balancer. */
export const lifecycle = lazilyPer((_: Instance) => ({ draining: false }));
