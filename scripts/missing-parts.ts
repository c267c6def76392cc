import { type Service, services } from "../src/contracts/services.ts";
import { ConfigError, readConfig } from "../src/platform/config.ts";
import { databaseBindings, databaseSettings, sayHyperdrive } from "../src/platform/hyperdrive.ts";
import type { Account } from "./account.ts";
import type { Deployment, HyperdriveBinding } from "./read-deployment.ts";

/** Whom each service asks: by ports (src/ports.ts), and all but identity it, whether a session or an API key stands. */
const asks: Readonly<Record<Service, readonly Service[]>> = {
  identity: ["orders", "payments", "notifications"],
  catalog: ["identity", "inventory"],
  inventory: ["identity", "orders"],
  orders: ["identity", "inventory", "payments"],
  payments: ["identity", "orders"],
  notifications: ["identity"],
  analytics: ["identity"],
};

const everyMinute = "* * * * *";

/**
 * A line for each binding, trigger, variable and secret that is missing or would be refused by the Worker itself, which
 * reads its configuration in the same way, and for each that it would not notice.
 */
export function missingParts(deployment: Deployment, { secrets, cached, unanswered }: Account): string[] {
  const { vars, requiredSecrets, hasAssets, isPublic } = deployment;
  const unset = secrets === undefined ? [] : requiredSecrets.filter((name) => !secrets.has(name));
  const placeholders = Object.entries(vars).filter(([, value]) =>
    /^(https?:\/\/|[^@]+@)([^/]*\.)?example\./.test(value),
  );
  const isKnown = (name: string) => secrets?.has(name) || requiredSecrets.includes(name);
  return [
    ...deployment.hyperdrive.flatMap((binding) => wrongWith(binding, cached, deployment)),
    ...(hasAssets || !isPublic ? [] : ["binding ASSETS: missing"]),
    ...outOfReach(deployment).map(
      (name) => `binding ${name}: missing, of [[services]], or the variable ${name}_URL; it is asked from here`,
    ),
    ...deployment.unboundServices.map((name) => `binding ${name}: missing, its [[services]] names no service`),
    ...(isCalledByTheClock(deployment) ? [] : [`trigger "${everyMinute}": missing, of [triggers]; no job would run`]),
    ...(inProduction(vars) ? [] : [`variable HEADROOM_MODE: must be production, not ${vars.HEADROOM_MODE}`]),
    ...placeholders.map(([name, value]) => `variable ${name}: missing, ${value} is the placeholder`),
    ...unset.map((name) => `secret ${name}: missing; \`wrangler secret put ${name}\``),
    ...configIssues(deployment).filter((issue) => !isKnown(nameIn(issue))),
    ...unanswered,
  ];
}

function wrongWith(
  { binding, id, isPlaceholder }: HyperdriveBinding,
  cached: ReadonlySet<string>,
  deployment: Deployment,
): string[] {
  const isRead = Object.values<string>(databaseBindings).includes(binding);
  const its = id === "" ? "it has no id" : "its id is the placeholder";
  return [
    ...(isRead
      ? []
      : [`binding ${binding}: of no use; a database is PRIMARY or REPLICA_1, or ORDERS_PRIMARY and so on`]),
    ...(isPlaceholder ? [`binding ${binding}: missing, ${its}; \`wrangler hyperdrive create\``] : []),
    ...(cached.has(binding) && !isCatalog(binding, deployment) ? [`binding ${binding}: ${cacheTooOld(id)}`] : []),
  ];
}

/** The Worker runs what is due in the minute of the call. A gateway has nothing to run. */
function isCalledByTheClock({ vars, crons }: Deployment): boolean {
  return mounted(vars).length === 0 || crons.includes(everyMinute);
}

function inProduction({ HEADROOM_MODE = "production" }: Deployment["vars"]): boolean {
  return HEADROOM_MODE === "production";
}

/** The catalog's public answers say themselves how old they may be. */
function isCatalog(binding: string, { vars }: Deployment): boolean {
  return binding.startsWith("CATALOG") || vars.SERVICES === "catalog";
}

function cacheTooOld(id: string): string {
  return `Hyperdrive would answer up to 75 s old data; \`wrangler hyperdrive update ${id} --caching-disabled true\``;
}

/** The services that are asked from here and mounted elsewhere, though nothing says where. A gateway asks all. */
function outOfReach({ vars, services: bound }: Deployment): string[] {
  const here = mounted(vars);
  const asked = here.length === 0 ? Object.keys(asks) : here.flatMap((name) => asks[name]);
  const elsewhere = [...new Set(asked)].filter((name) => !here.some((one) => one === name));
  return elsewhere.map((name) => name.toUpperCase()).filter((name) => !(bound.includes(name) || vars[`${name}_URL`]));
}

function mounted({ SERVICES = services.join(",") }: Deployment["vars"]): readonly Service[] {
  return services.filter((name) => SERVICES.split(/[\s,]+/).includes(name));
}

/** What the Worker itself would say about its variables. */
function configIssues({ vars, hyperdrive }: Deployment): string[] {
  const bound = new Set(hyperdrive.map(({ binding }) => binding));
  try {
    const databases = databaseSettings((name) => (bound.has(name) ? `postgres://hyperdrive/${name}` : undefined));
    readConfig({ ...vars, HEADROOM_MODE: "production", ...databases }, "workers");
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.issues.map(sayHyperdrive);
  }
}

function nameIn(issue: string): string {
  return issue.slice(0, issue.indexOf(":"));
}
