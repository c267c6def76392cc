import { type Service, services } from "../src/contracts/services.ts";
import { ConfigError, readConfig } from "../src/platform/config.ts";
import { databaseSettings, sayHyperdrive } from "../src/platform/hyperdrive.ts";

/** Whom each service asks: by ports (src/ports.ts), and all but identity it, whether a session stands. */
const asks: Readonly<Partial<Record<Service, readonly Service[]>>> = {
  identity: [],
  catalog: ["identity"],
  inventory: ["identity", "orders"],
  orders: ["identity", "inventory", "payments"],
  payments: ["identity", "orders"],
  notifications: ["identity"],
};

/** What a wrangler.toml says about a Worker, as far as it can be forgotten. */
export interface Deployment {
  readonly name: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly requiredSecrets: readonly string[];
  readonly hyperdrive: readonly HyperdriveBinding[];
  /** The names of the bindings to other Workers. */
  readonly services: readonly string[];
  readonly hasAssets: boolean;
  /** False where other Workers alone reach it. */
  readonly isPublic: boolean;
}

interface HyperdriveBinding {
  readonly binding: string;
  readonly id: string;
  readonly isPlaceholder: boolean;
}

interface WranglerToml {
  readonly name?: string;
  readonly vars?: Readonly<Record<string, string>>;
  readonly secrets?: { readonly required?: readonly string[] };
  readonly hyperdrive?: readonly { readonly binding: string; readonly id: string }[];
  readonly services?: readonly { readonly binding: string }[];
  readonly assets?: { readonly binding?: string };
  readonly workers_dev?: boolean;
}

export function readDeployment(toml: string): Deployment {
  const worker = Bun.TOML.parse(toml) as WranglerToml;
  const { name = "the Worker", vars = {}, secrets, hyperdrive = [], assets } = worker;
  return {
    name,
    vars,
    requiredSecrets: secrets?.required ?? [],
    hyperdrive: hyperdrive.map((of) => ({ ...of, isPlaceholder: of.id.startsWith("00000000") })),
    services: (worker.services ?? []).map(({ binding }) => binding),
    hasAssets: assets?.binding === "ASSETS",
    isPublic: worker.workers_dev !== false,
  };
}

/**
 * A line for each binding, variable and secret that is missing or would be refused by the Worker itself, which reads
 * its configuration in the same way. `cached` are the Hyperdrive bindings with Hyperdrive's cache on.
 */
export function missingParts(
  deployment: Deployment,
  secrets: ReadonlySet<string>,
  cached: ReadonlySet<string>,
): string[] {
  const { vars, requiredSecrets, hyperdrive, hasAssets, isPublic } = deployment;
  const unset = requiredSecrets.filter((name) => !secrets.has(name));
  const placeholders = Object.entries(vars).filter(([, value]) => /^https?:\/\/([^/]*\.)?example\./.test(value));
  const isKnown = (name: string) => secrets.has(name) || unset.includes(name);
  return [
    ...hyperdrive
      .filter(({ isPlaceholder }) => isPlaceholder)
      .map(({ binding }) => `binding ${binding}: missing, its id is the placeholder; \`wrangler hyperdrive create\``),
    ...hyperdrive
      .filter(({ binding }) => cached.has(binding) && !isCatalog(binding, deployment))
      .map(({ binding, id }) => `binding ${binding}: ${cacheTooOld(id)}`),
    ...(hasAssets || !isPublic ? [] : ["binding ASSETS: missing"]),
    ...outOfReach(deployment).map(
      (name) => `binding ${name}: missing, of [[services]], or the variable ${name}_URL; it is asked from here`,
    ),
    ...placeholders.map(([name, value]) => `variable ${name}: missing, ${value} is the placeholder`),
    ...unset.map((name) => `secret ${name}: missing; \`wrangler secret put ${name}\``),
    ...configIssues(deployment).filter((issue) => !isKnown(nameIn(issue))),
  ];
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
  const mounted = services.filter((name) => (vars.SERVICES ?? services.join(",")).split(/[\s,]+/).includes(name));
  const asked = mounted.length === 0 ? Object.keys(asks) : mounted.flatMap((name) => asks[name] ?? []);
  const elsewhere = [...new Set(asked)].filter((name) => !mounted.some((one) => one === name));
  return elsewhere.map((name) => name.toUpperCase()).filter((name) => !(bound.includes(name) || vars[`${name}_URL`]));
}

/** What the Worker itself would say about its variables. */
function configIssues({ vars, hyperdrive }: Deployment): string[] {
  const bound = new Set(hyperdrive.map(({ binding }) => binding));
  try {
    readConfig({
      ...vars,
      ...databaseSettings((name) => (bound.has(name) ? `postgres://hyperdrive/${name}` : undefined)),
    });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.issues.map(sayHyperdrive);
  }
}

function nameIn(issue: string): string {
  return issue.slice(0, issue.indexOf(":"));
}
