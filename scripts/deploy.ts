// npm run deploy -- [NAME | --config FILE]: `wrangler deploy`, once nothing that the Worker needs is missing. NAME is one
// of deploy/workers (`orders`); without it, all services in one Worker.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Deployment, missingParts, readDeployment } from "./missing-parts.ts";
import { askWrangler, runWrangler, type Wrangler } from "./wrangler.ts";

const root = join(import.meta.dir, "..");

/** Deploys what the configuration file describes, or says what is missing. Answers the exit code: 0 once deployed. */
export async function deploy(wrangler: Wrangler, configFile: string, say: (line: string) => void): Promise<number> {
  const deployment = readDeployment(await Bun.file(configFile).text());
  const [secrets, cached] = await Promise.all([
    secretNames(wrangler, configFile),
    cachedBindings(wrangler, deployment, configFile),
  ]);
  const missing = missingParts(deployment, secrets, cached);
  if (missing.length === 0) return runWrangler(wrangler, ["deploy", "--config", configFile]);
  say(`Not deployed, since ${deployment.name} would not work:`);
  for (const line of missing) say(`  - ${line}`);
  return 1;
}

/** The names of the Worker's secrets; none where it has never been deployed. */
async function secretNames(wrangler: Wrangler, configFile: string): Promise<ReadonlySet<string>> {
  const { exitCode, output, errors } = await askWrangler(wrangler, ["secret", "list", "--config", configFile]);
  if (exitCode === 0) return new Set((jsonOf(output) as { name: string }[]).map(({ name }) => name));
  if (/Worker ".*" not found/s.test(output + errors)) return new Set();
  throw new Error(`wrangler secret list: ${output}${errors}`);
}

/** The Hyperdrive bindings whose answers Hyperdrive keeps for a while. It does so unless told otherwise. */
async function cachedBindings(
  wrangler: Wrangler,
  { hyperdrive }: Deployment,
  configFile: string,
): Promise<ReadonlySet<string>> {
  const cached = new Set<string>();
  for (const { binding, id, isPlaceholder } of hyperdrive) {
    if (isPlaceholder) continue;
    const { exitCode, output, errors } = await askWrangler(wrangler, ["hyperdrive", "get", id, "--config", configFile]);
    if (exitCode !== 0) throw new Error(`wrangler hyperdrive get ${id} (${binding}): ${output}${errors}`);
    const { caching } = jsonOf(output) as { caching?: { disabled?: boolean } };
    if (caching?.disabled !== true) cached.add(binding);
  }
  return cached;
}

/** Wrangler may print its banner ahead of the JSON that was asked for. */
function jsonOf(output: string): unknown {
  return JSON.parse(output.slice(output.search(/^[[{]/m)));
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({ options: { config: { type: "string" } }, allowPositionals: true });
  const [name] = positionals;
  const named = join(root, name === undefined ? "wrangler.toml" : `deploy/workers/${name}.toml`);
  // Wrangler's own start would run it by `node`, for which `--bun` stands in: it needs a younger one than we ask for.
  const installed = join(root, "node_modules/wrangler/bin/wrangler.js");
  const wrangler = [process.execPath, "--bun", "--no-env-file", installed];
  process.exitCode = await deploy(wrangler, values.config ?? named, (line) => console.error(line)).catch(
    (error: Error) => {
      console.error(error.message);
      return 2;
    },
  );
}
