import { mkdirSync, realpathSync } from "node:fs";
import { relative } from "node:path";

/** The folder of all local state, made if missing. */
export function openHome(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return realpathSync(folder);
}

/** A path as a person in this folder would write it. */
export function shown(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith("..") ? path : fromHere;
}
