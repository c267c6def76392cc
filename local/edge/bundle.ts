import { basename, join } from "node:path";

const root = join(import.meta.dir, "../..");
const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");
/** Compressed. Cloudflare's free plan allows 3 MB; a small bundle starts fast. */
export const bytesMax = 300 * 1024;

/** The configurations with which it can be deployed: all services in one Worker, or each in one of its own. */
export function deployments(): string[] {
  return ["wrangler.toml", ...new Bun.Glob("deploy/workers/*.toml").scanSync({ cwd: root })].map((file) =>
    join(root, file),
  );
}

/**
 * Writes what `wrangler deploy` would upload with the configuration: `worker.js` into the folder, and the assets beside it.
 * Answers what wrangler says and how many bytes the Worker has, compressed.
 */
export async function bundleWorker(folder: string, configFile = join(root, "wrangler.toml")) {
  // Wrangler's own start would run it by `node`, for which `--bun` stands in: it needs a younger one than we ask for.
  const command = [process.execPath, "--bun", "--no-env-file", wrangler, "deploy", "--dry-run"];
  // biome-ignore lint/style/noProcessEnv: a child inherits its parent's environment
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_LOG_PATH: join(folder, "logs") };
  const child = Bun.spawn([...command, "--outdir", folder, "--config", configFile], {
    cwd: root,
    env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [says, errors, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (exitCode !== 0) throw new Error(`Wrangler could not bundle ${configFile}:\n${says}${errors}`);
  const { byteLength } = Bun.gzipSync(await Bun.file(join(folder, "worker.js")).bytes());
  return { says, byteLength };
}

// `npm run build:edge`
if (import.meta.main) {
  for (const configFile of deployments()) {
    const { says, byteLength } = await bundleWorker(join(root, "dist/edge", basename(configFile, ".toml")), configFile);
    console.log(`${says}\nThe Worker has ${Math.ceil(byteLength / 1024)} KiB compressed, of ${bytesMax / 1024}.\n`);
    if (byteLength > bytesMax) process.exit(1);
  }
}
