// Installs the dependencies when the lockfile changed since the last time. Plain Node, for nothing is installed yet.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const lock = ".headroom/install.lock"; // `npm start` and `npm test` may come at once
const stamp = "node_modules/.lockfile-hash";
const platform = `${process.platform}-${process.arch}`;
const wanted = createHash("sha256").update(readFileSync("package-lock.json")).update(platform).digest("hex");

if (!installed()) {
  await takeLock();
  process.on("exit", () => rmSync(lock, { force: true }));
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
  if (!installed()) install();
}

function installed() {
  return read(stamp) === wanted;
}

function install() {
  // biome-ignore lint/style/noProcessEnv: says which package manager started us
  const underBun = process.env.npm_config_user_agent?.startsWith("bun/");
  // Bun and the database are development dependencies: a NODE_ENV=production around us must not leave them out.
  const [command, ...args] = underBun
    ? [process.execPath, "install", "--frozen-lockfile"]
    : ["npm", "ci", "--include=dev", "--no-audit", "--no-fund"];
  console.log(
    `Installing dependencies (${[underBun ? "bun" : command, ...args].join(" ")}), once for each lockfile ...`,
  );
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (error) console.error(String(error));
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, wanted);
}

async function takeLock() {
  mkdirSync(".headroom", { recursive: true });
  for (let waited = false; ; waited = true) {
    try {
      return writeFileSync(lock, String(process.pid), { flag: "wx" });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (!holderLives()) rmSync(lock, { force: true });
    else if (!waited) console.log("Waiting for another installation to finish ...");
    await setTimeout(200);
  }
}

function holderLives() {
  const pid = Number(read(lock));
  try {
    if (!pid) return Date.now() - statSync(lock).mtimeMs < 5_000; // made this moment, its pid not yet written
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM"; // another user's process
  }
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
