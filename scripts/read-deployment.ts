/** What a wrangler.toml says about a Worker, as far as it can be forgotten. */
export interface Deployment {
  readonly name: string;
  readonly accountId: string | undefined;
  readonly vars: Readonly<Record<string, string>>;
  readonly requiredSecrets: readonly string[];
  readonly hyperdrive: readonly HyperdriveBinding[];
  /** The names of the bindings to other Workers. */
  readonly services: readonly string[];
  readonly hasAssets: boolean;
  /** When Cloudflare calls it by the clock. */
  readonly crons: readonly string[];
  /** False where other Workers alone reach it. */
  readonly isPublic: boolean;
}

export interface HyperdriveBinding {
  readonly binding: string;
  /** Empty where there is none. */
  readonly id: string;
  readonly isPlaceholder: boolean;
}

interface WranglerToml {
  readonly name?: string;
  readonly account_id?: string;
  readonly vars?: Readonly<Record<string, string>>;
  readonly secrets?: { readonly required?: readonly string[] };
  readonly hyperdrive?: readonly { readonly binding?: string; readonly id?: string }[];
  readonly services?: readonly { readonly binding: string }[];
  readonly assets?: { readonly binding?: string };
  readonly triggers?: { readonly crons?: readonly string[] };
  readonly workers_dev?: boolean;
  readonly route?: unknown;
  readonly routes?: unknown;
}

export function readDeployment(toml: string): Deployment {
  const worker = Bun.TOML.parse(toml) as WranglerToml;
  const { name = "the Worker", vars = {}, secrets, hyperdrive = [], assets } = worker;
  return {
    name,
    accountId: worker.account_id,
    vars,
    requiredSecrets: secrets?.required ?? [],
    hyperdrive: hyperdrive.map(({ binding = "without a name", id = "" }) => ({
      binding,
      id,
      isPlaceholder: id === "" || id.startsWith("00000000"),
    })),
    services: (worker.services ?? []).map(({ binding }) => binding),
    hasAssets: assets?.binding === "ASSETS",
    crons: worker.triggers?.crons ?? [],
    isPublic: worker.workers_dev !== false || worker.route !== undefined || worker.routes !== undefined,
  };
}
