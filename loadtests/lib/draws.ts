import { randomSeed } from "k6";
import exec from "k6/execution";

/**
 * From here to the end of this iteration Math.random draws what SEED (`-e SEED=2`, default 1) and the iteration's
 * number say, whichever virtual user runs it.
 */
export function seedDraws(): void {
  randomSeed(mixed(`${__ENV.SEED ?? "1"} ${exec.scenario.name} ${exec.scenario.iterationInTest}`));
}

/** FNV-1a, 32 bits (draft-eastlake-fnv): neighbouring numbers become seeds that are far apart. */
function mixed(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
