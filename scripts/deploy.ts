// npm run deploy -- [NAME | --config FILE]: `wrangler deploy`, once nothing that the Worker needs is missing. NAME is one
// of deploy/workers (`orders`); without it, all services in one Worker.
import { join } from "node:path";
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
