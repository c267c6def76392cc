import { services } from "../../src/contracts/services.ts";
import { settingNames } from "../../src/platform/config.ts";
import { type DatabaseBinding, databaseBindings } from "../../src/platform/hyperdrive.ts";

interface Edge {
  /** Where the first of the workers listens, on loopback. */
  readonly port: number;
  readonly compatibilityDate: string;
  /** The folder of the assets. */
  readonly assets: string;
  readonly workers: readonly EdgeWorker[];
}

export interface EdgeWorker {
  readonly name: string;
  /** Its settings, in an environment's names. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The workers beside it by the names of its bindings to them, `INVENTORY`. */
  readonly services?: Readonly<Record<string, string>>;
  /** The files beside the configuration that it consists of, its entry first; `worker.js` without. */
  readonly modules?: readonly string[];
  readonly compatibilityFlags?: readonly string[];
}

/**
 * The configuration in which workerd serves the `worker.js` beside it with the bindings of a wrangler.toml (format:
 * workerd/src/workerd/server/workerd.capnp). Settings stand in it, secrets included.
 */
export function workerdConfig({ port, compatibilityDate, assets, workers }: Edge): string {
  const databases = workers.flatMap((worker) =>
    databasesOf(worker).map(([binding, { host }]) => [placeOf(worker, binding), host] as const),
  );
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    ${lines(workers.map((worker) => `(name = ${text(worker.name)}, worker = ${workerOf(worker, compatibilityDate)}),`))}
    ${lines(databases.map(([name, host]) => `(name = ${text(name)}, external = (address = ${text(host)}, tcp = ())),`))}
    (name = "assets", disk = (path = ${text(assets)})),
    # The default refuses loopback, where the embedded cloud is.
    (name = "internet", network = (allow = ["public", "private", "local"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = ${text(workers[0]?.name ?? "")})],
);
`;
}

function workerOf(worker: EdgeWorker, compatibilityDate: string): string {
  const { env, services: others = {}, modules = ["worker.js"], compatibilityFlags = [] } = worker;
  const names = [...settingNames, ...services.map((service) => `${service.toUpperCase()}_URL`)];
  const settings = names.filter((name) => !name.startsWith("DATABASE_")).map((name) => [name, env[name]] as const);
  const bindings = [
    `(name = "ASSETS", service = "assets"),`,
    ...Object.entries(others).map(([name, service]) => `(name = ${text(name)}, service = ${text(service)}),`),
    ...databasesOf(worker).map(
      ([name, url]) => `(name = ${text(name)}, hyperdrive = ${hyperdrive(placeOf(worker, name), url)}),`,
    ),
    ...settings.flatMap(([name, value]) => (value ? [`(name = ${text(name)}, text = ${text(value)}),`] : [])),
  ];
  return `(
      modules = [${modules.map((file) => `(name = ${text(file)}, esModule = embed ${text(file)})`).join(", ")}],
      compatibilityDate = ${text(compatibilityDate)},
      compatibilityFlags = [${compatibilityFlags.map(text).join(", ")}],
      bindings = [
        ${bindings.join("\n        ")}
      ],
    )`;
}

/** What the first URL of each of its settings of databases names. */
function databasesOf({ env }: EdgeWorker): [DatabaseBinding, URL][] {
  return Object.entries(databaseBindings).flatMap(([setting, binding]) => {
    const [url] = (env[setting] ?? "").split(",");
    return url ? [[binding, new URL(url)]] : [];
  });
}

function placeOf({ name }: EdgeWorker, binding: DatabaseBinding): string {
  return `${name}-${binding}`;
}

function hyperdrive(designator: string, { pathname, username, password }: URL): string {
  const fields = {
    designator,
    scheme: "postgres",
    database: pathname.slice(1),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
  };
  return `(${Object.entries(fields)
    .map(([name, value]) => `${name} = ${text(value)}`)
    .join(", ")})`;
}

/** Cap'n Proto's text literals take JSON's escapes. */
function text(value: string): string {
  return JSON.stringify(value);
}

function lines(entries: readonly string[]): string {
  return entries.join("\n    ");
}
