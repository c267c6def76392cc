import { mkdir, rename } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** The version that loadtests/k6/go.mod pins. */
const VERSION = "v2.2.0";
const BUILD_TIMEOUT_MS = 15 * 60_000;

/**
 * Path of a k6 of version 2: $K6, else the one in PATH, else one built once with Go into the user's cache.
 * Throws with what to do where none of these works.
 */
export async function k6Binary(env: Record<string, string | undefined>): Promise<string> {
  const installed = await installedK6(env);
  if (installed !== undefined) return installed;
  if (env.K6) throw new Error(`K6=${env.K6} is no k6 of version 2.\n${howToGetIt()}`);
  const target = builtPath(env);
  await build(target);
  return target;
}

/** Path of the k6 of version 2 that is there already. */
export async function installedK6(env: Record<string, string | undefined>): Promise<string | undefined> {
  const candidates = env.K6 ? [env.K6] : [Bun.which("k6"), builtPath(env)];
  for (const candidate of candidates) if (candidate && (await isVersion2(candidate))) return candidate;
  return undefined;
}

function builtPath(env: Record<string, string | undefined>): string {
  return join(env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "headroom", `k6-${VERSION}`, "k6");
}

async function build(target: string): Promise<void> {
  const go = Bun.which("go");
  if (go === null) throw new Error(`k6 is not installed, and neither is Go to build it.\n${howToGetIt()}`);
  console.error(`Building k6 ${VERSION} with Go, once, into ${target} (a minute or two) …`);
  await mkdir(dirname(target), { recursive: true });
  const unfinished = `${target}.${process.pid}`;
  const child = Bun.spawn([go, "build", "-C", join(import.meta.dir, "k6"), "-o", unfinished, "go.k6.io/k6/v2"], {
    stdio: ["ignore", "inherit", "inherit"],
    timeout: BUILD_TIMEOUT_MS,
  });
  if ((await child.exited) !== 0) throw new Error(`Building k6 failed.\n${howToGetIt()}`);
  await rename(unfinished, target);
  console.error(`Built k6 ${VERSION}.`);
}

async function isVersion2(path: string): Promise<boolean> {
  if (Bun.which(path) === null) return false;
  const child = Bun.spawn([path, "version"], { stdio: ["ignore", "pipe", "ignore"], timeout: 10_000 });
  return /^k6\S* v2\./.test(await new Response(child.stdout).text());
}

function howToGetIt(): string {
  return [
    "Install k6 2.x from https://grafana.com/docs/k6/latest/set-up/install-k6/ (or set K6=/path/to/k6),",
    "or install Go 1.25 or newer from https://go.dev/dl/ and run this again: it builds k6 from loadtests/k6.",
  ].join("\n");
}
