import { mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { type Faults, faultsOf, type Running } from "./cloud-faults.ts";
import { readEnvFile } from "./env-file.ts";
import { keepRunning, type Patient, programPatient, type Say } from "./keep-running.ts";
import { whenAborted } from "./lifecycle.ts";
import { type CloudPorts, parts, portVariables } from "./parts.ts";
import { freePort } from "./ports.ts";
import { stopServers } from "./postgres/cluster.ts";
import { reviveServers, untilServerDies } from "./postgres/watch.ts";
import { lastLines, startProgram, UnexpectedEnd } from "./program.ts";
import { secretsFor } from "./secrets.ts";

type Variables = Readonly<Record<string, string | undefined>>;

type CloudOptions = {
  /** The folder of all state, made if missing. */
  home: string;
  /** Each falls to a free one when taken, and 0 is a free one; default: all free. */
  ports?: CloudPorts;
  /** Is told of each part as it becomes ready. */
  log?: Say;
  /** Variables that win over ours; a part whose URL is among them is not started. */
  given?: Variables;
  /** Starts a part again that ends unexpectedly, and is told of it; default: such a part fails the cloud. */
  mended?: Say;
  /** Gives up starting. */
  signal?: AbortSignal;
};

export type Cloud = {
  /** Everything of the env file but PORT and PUBLIC_URL. */
  env: Record<string, string>;
  /** Rejects when a part ends unexpectedly (where parts are mended: too often), with its last words. */
  failed: Promise<never>;
  stop(): Promise<void>;
};

export const defaultPorts: CloudPorts = {
  primary: 5440,
  standby: 5441,
  redis: 8079,
  qstash: 8080,
  mailbox: 8025,
  sandbox: 8090,
};
const anyPorts: CloudPorts = { primary: 0, standby: 0, redis: 0, qstash: 0, mailbox: 0, sandbox: 0 };

/** What differs from the defaults of production, beside addresses and secrets. */
export const settings = {
  HEADROOM_MODE: "embedded",
  ADMIN_EMAIL: "admin@headroom.local",
  ADMIN_PASSWORD: "headroom-admin",
  RATE_LIMIT_SCALE: "1000",
  WEBHOOK_ALLOW_PRIVATE: "true",
};

/**
 * Starts the embedded cloud: PostgreSQL with a standby, Redis, QStash, mailbox and payment provider, all on loopback.
 * Keeps the secrets of the home's env file, but does not write that file. All parts run, or it throws and none does.
 */
export async function startCloud(options: CloudOptions): Promise<Cloud & Faults> {
  const { log = () => undefined, given = {}, signal } = options;
  const home = prepareHome(options.home);
  const kept = readEnvFile(join(home, "env"));
  const secrets = secretsFor({ ...kept, ...present(given) });
  const ports = await choosePorts(options.ports ?? anyPorts, kept);
  for (const { title, replacedBy } of parts) if (given[replacedBy]) log(`${title}: none of ours, ${replacedBy} is set`);
  const running = parts
    .filter(({ replacedBy }) => !given[replacedBy])
    .map((part): Running => {
      const env = { ...secrets, ...part.settings(ports), HEADROOM_HOME: home };
      const start = () => startProgram(part.name, [`local/${part.name}/main.ts`], env, home);
      return { part, start, program: start() };
    });
  try {
    const addresses = await Promise.race([
      whenAborted(signal),
      Promise.all(running.map((one) => untilReady(one, log))),
    ]);
    const env: Record<string, string> = Object.assign({ ...settings }, ...addresses, secrets);
    const names = [...Object.keys(env), ...Object.values(portVariables)];
    const { mended } = options;
    const kept = mended ? running.map((one) => keepRunning(patientOf(one, home), mended)) : [];
    const failed = Promise.race([...(mended ? kept : running.map(({ program }) => program))].map((one) => one.failed));
    failed.catch(() => undefined); // whoever cares races with it
    const stop = async () => {
      await Promise.all(kept.map((one) => one.stop()));
      await stopAll(running, home);
    };
    return { env: { ...env, ...present(given, names) }, failed, stop, ...faultsOf(running, home) };
  } catch (error) {
    await stopAll(running, home);
    throw error;
  }
}

function prepareHome(home: string): string {
  // Nobody else looks into the folders of the parts, even where the home itself must be passed through (postgres/place.ts).
  mkdirSync(home, { recursive: true });
  for (const name of ["logs", "redis", "qstash", "mailbox", "sandbox"])
    mkdirSync(join(home, name), { recursive: true, mode: 0o700 });
  return realpathSync(home);
}

async function choosePorts(wanted: CloudPorts, kept: Variables): Promise<CloudPorts> {
  const chosen = { ...wanted };
  for (const name of Object.keys(wanted) as (keyof CloudPorts)[]) {
    const url = kept[portVariables[name]];
    const before = URL.canParse(url ?? "") ? Number(new URL(url ?? "").port) : 0;
    chosen[name] = wanted[name] === 0 ? await freePort() : await freePort(wanted[name], before);
  }
  return chosen;
}

async function untilReady({ part, program }: Running, log: (line: string) => void): Promise<Record<string, string>> {
  const started = performance.now();
  const addresses = part.addresses((await program.untilReady(60_000)).split(" "));
  const where = Object.values(addresses).map((url) => new URL(url).host);
  log(`${part.title} on ${[...new Set(where)].join(" and ")} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  return addresses;
}

/** The servers of PostgreSQL are no children of the program that started them: each is watched beside it. */
function patientOf(one: Running, home: string): Patient {
  const program = programPatient(one, ({ untilReady }) => untilReady(60_000));
  if (one.part.name !== "postgres") return program;
  return {
    async ended(signal) {
      const over = new AbortController();
      const dead = untilServerDies(home, AbortSignal.any([signal, over.signal]));
      const names = await Promise.race([program.ended(signal), dead]).finally(() => over.abort());
      const lastWords = names.map((name) => lastLines(join(home, `logs/postgres-${name}.log`)));
      throw new UnexpectedEnd(`PostgreSQL's ${names.join(" and ")} died`, lastWords.join("\n"));
    },
    revive: (signal) => (one.program.isRunning() ? reviveServers(home) : program.revive(signal)),
  };
}

/** PostgreSQL last, when nobody writes any more. */
async function stopAll(running: readonly Running[], home: string): Promise<void> {
  const database = running.find(({ part }) => part.name === "postgres");
  const others = running.filter((one) => one !== database);
  await Promise.all(others.map(({ program }) => program.stop(10_000)));
  if (!database) return;
  await database.program.stop(60_000);
  await stopServers(home); // they outlive their program where that was killed
}

function present(given: Variables, names: readonly string[] = Object.keys(given)): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (given[name] ? [[name, given[name]]] : [])));
}
