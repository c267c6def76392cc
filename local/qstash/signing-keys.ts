import type { Database } from "bun:sqlite";
import { randomBytes } from "node:crypto";

type SigningKeys = { current: string; next: string };

/** Uses the configured pair, or what it was rotated to since it was configured. */
export function configureKeys(db: Database, pair: SigningKeys): void {
  const configured = `${pair.current} ${pair.next}`;
  const known = db.query<{ configured: string }, []>("SELECT configured FROM signing_keys").get();
  if (known?.configured === configured) return;
  db.query("INSERT OR REPLACE INTO signing_keys (only, configured, current, next) VALUES (1, ?, ?, ?)").run(
    configured,
    pair.current,
    pair.next,
  );
}

export function signingKeys(db: Database): SigningKeys {
  const keys = db.query<SigningKeys, []>("SELECT current, next FROM signing_keys").get();
  if (!keys) throw new Error("signing keys were not configured");
  return keys;
}

/** The next key becomes the current one and a new one is made. */
export function rotateKeys(db: Database): SigningKeys {
  const next = `sig_${randomBytes(21).toString("hex").slice(0, 28)}`;
  db.query("UPDATE signing_keys SET current = next, next = ?").run(next);
  return signingKeys(db);
}
