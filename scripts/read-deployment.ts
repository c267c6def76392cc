/** What a wrangler.toml says about a Worker, as far as it can be forgotten. */
export interface Deployment {
  readonly name: string;
  readonly accountId: string | undefined;
  readonly vars: Readonly<Record<string, string>>;
  readonly requiredSecrets: readonly string[];
  readonly hyperdrive: readonly HyperdriveBinding[];
  /** The names of the bindings to other Workers. */
  readonly services: readonly string[];
  /** Those of them that name no Worker. */
  readonly unboundServices: readonly string[];
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
  readonly services?: readonly { readonly binding?: string; readonly service?: string }[];
  readonly assets?: { readonly binding?: string };
  readonly triggers?: { readonly crons?: readonly string[] };
  readonly workers_dev?: boolean;
  readonly route?: unknown;
  readonly routes?: unknown;
}

export function readDeployment(toml: string): Deployment {
  const worker = Bun.TOML.parse(toml) as WranglerToml;
  const { name = "the Worker", vars = {}, secrets, hyperdrive = [], services = [], assets } = worker;
  return {
    name,
    accountId: worker.account_id,
    vars,
    requiredSecrets: secrets?.required ?? [],
    hyperdrive: hyperdrive.map(({ id = "", ...named }) => ({
      binding: nameOf(named),
      id,
      isPlaceholder: id === "" || id.startsWith("00000000"),
    })),
    services: services.map(nameOf),
    unboundServices: services.filter(({ service }) => !service).map(nameOf),
    hasAssets: assets?.binding === "ASSETS",
    crons: worker.triggers?.crons ?? [],
    isPublic: worker.workers_dev !== false || worker.route !== undefined || worker.routes !== undefined,
  };
}

function nameOf({ binding = "without a name" }: { readonly binding?: string }): string {
  return binding;
}
