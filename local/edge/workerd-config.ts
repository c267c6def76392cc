import { settingNames } from "../../src/platform/config.ts";

interface Edge {
  /** Where workerd listens, on loopback. */
  readonly port: number;
  readonly compatibilityDate: string;
  /** The folder of the assets. */
  readonly assets: string;
  /** The settings of the embedded cloud, which workerd's process must have as well. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The configuration in which workerd serves the `worker.js` beside it with the bindings of wrangler.toml (format:
 * workerd/src/workerd/server/workerd.capnp). Settings, secrets included, are taken from workerd's own environment.
 */
export function workerdConfig({ port, compatibilityDate, assets, env }: Edge): string {
  const databases = databasesOf(env);
  const settings = settingNames.filter((name) => env[name] && !name.startsWith("DATABASE_"));
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "headroom", worker = .headroom),
    ${lines(databases.map(([name, { host }]) => `(name = "${name}", external = (address = ${text(host)}, tcp = ())),`))}
    (name = "assets", disk = (path = ${text(assets)})),
    # The default refuses loopback, where the embedded cloud is.
    (name = "internet", network = (allow = ["public", "private", "local"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "headroom")],
);

const headroom :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = ${text(compatibilityDate)},
  bindings = [
    (name = "ASSETS", service = "assets"),
    ${lines(databases.map(([name, url]) => `(name = "${name}", hyperdrive = ${hyperdrive(name, url)}),`))}
    ${lines(settings.map((name) => `(name = "${name}", fromEnvironment = "${name}"),`))}
  ],
);
`;
}

function databasesOf({ DATABASE_URL = "", DATABASE_REPLICA_URLS = "" }: Edge["env"]): [string, URL][] {
  const [replica] = DATABASE_REPLICA_URLS.split(",");
  const primary: [string, URL] = ["PRIMARY", new URL(DATABASE_URL)];
  return replica ? [primary, ["REPLICA_1", new URL(replica)]] : [primary];
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
