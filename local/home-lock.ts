import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { takeLock } from "./lock.ts";

/** Takes a home for this process, known to others by the command; answers who holds it where another does. */
export function takeHome(home: string, command: string): { isOurs: true } | { isOurs: false; holder: string } {
  const holderFile = join(home, "lock-holder");
  if (takeLock(join(home, "lock"), 0)) {
    writeFileSync(holderFile, `${command}, process ${process.pid}`);
    return { isOurs: true };
  }
  return { isOurs: false, holder: existsSync(holderFile) ? readFileSync(holderFile, "utf8") : "another process" };
}
