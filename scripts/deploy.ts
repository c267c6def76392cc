// npm run deploy -- [NAME | --config FILE]: `wrangler deploy`, once nothing that the Worker needs is missing. NAME is one
// of deploy/workers (`orders`); without it, all services in one Worker.
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { askAccount } from "./account.ts";
import { missingParts } from "./missing-parts.ts";
import { readDeployment } from "./read-deployment.ts";
import { runWrangler, type Wrangler } from "./wrangler.ts";

const root = join(import.meta.dir, "..");

/** Deploys what the configuration file describes, or says what is missing. Answers the exit code: 0 once deployed. */
export async function deploy(wrangler: Wrangler, configFile: string, say: (line: string) => void): Promise<number> {
  const deployment = readDeployment(await Bun.file(configFile).text());
  const missing = missingParts(deployment, await askAccount(wrangler, deployment));
  if (missing.length === 0) return runWrangler(wrangler, ["deploy", "--config", configFile]);
  say(`Not deployed, since ${deployment.name} would not work:`);
  for (const line of missing) say(`  - ${line}`);
  return 1;
}

if (import.meta.main) {
  // Wrangler's own start would run it by `node`, for which `--bun` stands in: it needs a younger one than we ask for.
  const installed = join(root, "node_modules/wrangler/bin/wrangler.js");
  const wrangler = [process.execPath, "--bun", "--no-env-file", installed];
  const say = (line: string) => console.error(line);
  process.exitCode = await Promise.try(() => deploy(wrangler, configurationFile(process.argv.slice(2)), say)).catch(
    (error: Error) => {
      say(error.message);
      return 2;
    },
  );
}

/** @throws Error that says which names there are, unless the arguments ask for one Worker */
function configurationFile(args: string[]): string {
  const known = [...new Bun.Glob("*.toml").scanSync(join(root, "deploy/workers"))].map((file) =>
    basename(file, ".toml"),
  );
  const usage = `usage: npm run deploy -- [NAME | --config FILE]\nnames: ${known.toSorted().join(", ")}`;
  const { values, positionals } = parseArgs({ args, options: { config: { type: "string" } }, allowPositionals: true });
  const [name, ...more] = positionals;
  if (more.length > 0 || (name !== undefined && values.config !== undefined))
    throw new Error(`One Worker at a time.\n${usage}`);
  if (name !== undefined && !known.includes(name)) throw new Error(`There is no Worker ${name}.\n${usage}`);
  const file = values.config ?? join(root, name === undefined ? "wrangler.toml" : `deploy/workers/${name}.toml`);
  if (!existsSync(file)) throw new Error(`${file} is missing.\n${usage}`);
  return file;
}
