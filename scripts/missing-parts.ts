import { ConfigError, readConfig } from "../src/platform/config.ts";

/** What a wrangler.toml says about a Worker, as far as it can be forgotten. */
export interface Deployment {
  readonly name: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly requiredSecrets: readonly string[];
  readonly hyperdrive: readonly HyperdriveBinding[];
  readonly hasAssets: boolean;
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
  readonly assets?: { readonly binding?: string };
}

export function readDeployment(toml: string): Deployment {
  const { name = "the Worker", vars = {}, secrets, hyperdrive = [], assets } = Bun.TOML.parse(toml) as WranglerToml;
  return {
    name,
    vars,
    requiredSecrets: secrets?.required ?? [],
    hyperdrive: hyperdrive.map((of) => ({ ...of, isPlaceholder: of.id.startsWith("00000000") })),
    hasAssets: assets?.binding === "ASSETS",
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
  const { vars, requiredSecrets, hyperdrive, hasAssets } = deployment;
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
    ...(hasAssets ? [] : ["binding ASSETS: missing"]),
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

/** What the Worker itself would say about its variables. */
function configIssues({ vars, hyperdrive }: Deployment): string[] {
  const hasPrimary = hyperdrive.some(({ binding }) => binding === "PRIMARY");
  try {
    readConfig({ ...vars, DATABASE_URL: hasPrimary ? "postgres://hyperdrive/main" : undefined });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.issues.map((issue) => issue.replace(/^DATABASE_URL:/, "PRIMARY (Hyperdrive):"));
  }
}

function nameIn(issue: string): string {
  return issue.slice(0, issue.indexOf(":"));
}
