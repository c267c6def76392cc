import { join } from "node:path";

const root = join(import.meta.dir, "../..");
const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");
/** Compressed. Cloudflare's free plan allows 3 MB; a small bundle starts fast. */
const bytesMax = 300 * 1024;

/** Writes what `wrangler deploy` would upload: `worker.js` into the folder, and the assets of wrangler.toml. */
export async function bundleWorker(folder: string): Promise<void> {
  // Wrangler's own start would run it by `node`, for which `--bun` stands in: it needs a younger one than we ask for.
  const command = [process.execPath, "--bun", "--no-env-file", wrangler, "deploy", "--dry-run", "--outdir", folder];
  // biome-ignore lint/style/noProcessEnv: a child inherits its parent's environment
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_LOG_PATH: join(folder, "logs") };
  const child = Bun.spawn(command, { cwd: root, env, stdin: "ignore", stdout: "inherit", stderr: "inherit" });
  if ((await child.exited) !== 0) throw new Error("Wrangler could not bundle the Worker; what it said stands above.");
}

// `npm run build:edge`
if (import.meta.main) {
  const folder = join(root, "dist/edge");
  await bundleWorker(folder);
  const { byteLength } = Bun.gzipSync(await Bun.file(join(folder, "worker.js")).bytes());
  console.log(`The Worker has ${Math.ceil(byteLength / 1024)} KiB compressed, of ${bytesMax / 1024}.`);
  if (byteLength > bytesMax) process.exit(1);
}
