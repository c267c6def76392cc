import { services } from "../../src/contracts/services.ts";

/** The lines of a server's env file. */
export type Settings = Readonly<Record<string, string | undefined>>;

/**
 * The one database that is checked. Throws where services have databases of their own: no snapshot spans them, so what
 * db/checks.sql says of two services at once cannot be told there.
 */
export function databaseOf(env: Settings): string {
  const own = services.map((service) => `${service.toUpperCase()}_DATABASE_URL`);
  const apart = own.filter((name) => env[name] !== undefined && env[name] !== env.DATABASE_URL);
  if (apart.length > 0)
    throw new Error(`The invariants are checked in one database, and ${apart.join(", ")} is another.`);
  if (!env.DATABASE_URL) throw new Error("The env file has no DATABASE_URL to check the invariants in.");
  return env.DATABASE_URL;
}
