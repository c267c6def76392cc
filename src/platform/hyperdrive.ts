import { type Service, services } from "../contracts/services.ts";

/** The name of a Hyperdrive binding: for all services, or for one service's own database. */
export type DatabaseBinding = `${"" | `${Uppercase<Service>}_`}${"PRIMARY" | "REPLICA_1"}`;

const prefixes = [
  "",
  ...services.map((service) => `${service.toUpperCase() as Uppercase<Service>}_` as const),
] as const;

/** Which binding (`ORDERS_PRIMARY`) brings which setting (`ORDERS_DATABASE_URL`), by setting. */
export const databaseBindings: Readonly<Record<string, DatabaseBinding>> = Object.fromEntries(
  prefixes.flatMap((prefix) => [
    [`${prefix}DATABASE_URL`, `${prefix}PRIMARY`],
    [`${prefix}DATABASE_REPLICA_URLS`, `${prefix}REPLICA_1`],
  ]),
);

/** The databases' settings where databases are Hyperdrive bindings. */
export function databaseSettings(urlOf: (binding: DatabaseBinding) => string | undefined) {
  return Object.fromEntries(Object.entries(databaseBindings).map(([setting, binding]) => [setting, urlOf(binding)]));
}

/** What is wrong with the configuration, said of the binding where the setting comes from one. */
export function sayHyperdrive(issue: string): string {
  const [setting = ""] = issue.split(":");
  const binding = databaseBindings[setting];
  return binding === undefined ? issue : `${binding} (Hyperdrive)${issue.slice(setting.length)}`;
}
