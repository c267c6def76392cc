import type { Instance } from "../deps.ts";
import { lazilyPer } from "../lazily-per.ts";
import type { Value } from "./value.ts";

/** A value in the instance's own memory. Times are `Date.now()` of this instance. */
export interface Held {
  readonly value: Value;
  /** When it was loaded from the database, by whomever. */
  readonly bornAt: number;
  /** When this instance last heard that it is the newest. */
  readonly heardAt: number;
}

interface FirstLevel {
  readonly get: (key: string) => Held | undefined;
  /** Keeps the value unless a newer version is held; answers the one that stands. */
  readonly put: (key: string, value: Value, ageMs: number) => Value;
}

const bytesMax = 16 * 1024 * 1024;
/** What an entry costs beside its body and its key, roughly. */
const entryBytes = 300;

/** The instance's bytes, bounded, the least recently used going first. */
export const firstLevelOf = lazilyPer((_: Instance) => openFirstLevel(bytesMax));

export function openFirstLevel(bytesMax: number): FirstLevel {
  const entries = new Map<string, Held>();
  let bytes = 0;
  const sizeOf = (key: string, { value }: Held) => value.body.byteLength + key.length + entryBytes;
  const remove = (key: string) => {
    const held = entries.get(key);
    if (held === undefined) return;
    entries.delete(key);
    bytes -= sizeOf(key, held);
  };
  const add = (key: string, held: Held) => {
    remove(key);
    entries.set(key, held);
    bytes += sizeOf(key, held);
    for (const eldest of entries.keys()) {
      if (bytes <= bytesMax) break;
      remove(eldest);
    }
  };
  const get = (key: string) => {
    const held = entries.get(key);
    if (held === undefined) return undefined;
    if (Date.now() - held.bornAt > held.value.ages.keepMs) {
      remove(key);
      return undefined;
    }
    // A map keeps the order of insertion: what is used goes to its end.
    entries.delete(key);
    entries.set(key, held);
    return held;
  };
  return {
    get,
    put: (key, value, ageMs) => {
      const now = Date.now();
      const known = get(key);
      const stands = known && known.value.version > value.version ? known : { value, bornAt: now - ageMs };
      add(key, { ...stands, heardAt: now });
      return stands.value;
    },
  };
}
