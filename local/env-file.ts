import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** Reads a file of `NAME=value` lines; one that does not exist is empty. */
export function readEnvFile(file: string): Record<string, string> {
  if (!existsSync(file)) return {};
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => /^\w+=/.test(line));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

/** Writes such a file for its owner's eyes only, in one step: a reader never sees half of it. */
export function writeEnvFile(file: string, env: Readonly<Record<string, string>>): void {
  const text = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(`${file}.new`, text.join(""), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
