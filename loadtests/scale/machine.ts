import { arch, cpus, release, totalmem, type } from "node:os";
import { durability } from "../../benchmarks/shop/durability.ts";
import { haproxyBinary } from "../lab/balancer.ts";
import type { Lab } from "./lab.ts";

/** Name and value of all that figures depend on. */
export type Facts = Readonly<Record<string, string>>;

/** Of the shop's own settings, those without which other figures would come out. */
const telling = [
  ...["SCRYPT_LN", "RATE_LIMIT_SCALE", "ACCESS_TOKEN_TTL_SECONDS"],
  ...["ORDER_TTL_SECONDS", "RESERVATION_GRACE_SECONDS", "LOG_LEVEL"],
];
const untried: Readonly<Record<number, string>> = { 1: "; version 2 was not tried", 2: "" };

/** With `distrust`: why a commit is not safe here; empty where it is. */
export async function machineFacts(lab: Lab): Promise<{ readonly facts: Facts; readonly distrust: readonly string[] }> {
  const [{ server_version: postgres } = { server_version: "" }] = await lab.shop.sql<{ server_version: string }[]>`
    show server_version`;
  const { settings, distrust } = await durability(lab.shop.sql);
  const facts = {
    machine: `${cpus().length} cores of ${cpus()[0]?.model.trim() ?? "an unknown kind"}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release()} ${arch()}, control groups of version ${lab.cgroups.version}${untried[lab.cgroups.version]}`,
    Bun: Bun.version,
    k6: firstLine(lab.k6, "version"),
    HAProxy: firstLine(haproxyBinary(), "-v"),
    PostgreSQL: `${postgres}, ${settings}`,
    shop: `${telling.map((name) => `${name}=${lab.shop.env[name]}`).join(" ")}: log-ins are cheap, limits are counted and never reached, nothing runs out while it is measured`,
    Headroom: firstLine("git", "describe", "--always", "--dirty"),
    seed: String(lab.seed),
    taken: new Date().toISOString(),
  };
  return { facts, distrust };
}

function firstLine(...command: string[]): string {
  const found = Bun.which(command[0] ?? "") ?? command[0] ?? "";
  const { stdout } = Bun.spawnSync([found, ...command.slice(1)], { stderr: "ignore", timeout: 10_000 });
  return stdout.toString().split("\n", 1)[0] ?? "";
}
