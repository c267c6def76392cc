import { arch, cpus, release, totalmem, type } from "node:os";
import { haproxyBinary } from "../lab/balancer.ts";
import type { Lab } from "./lab.ts";

/** Name and value of all that figures depend on. */
export type Facts = Readonly<Record<string, string>>;

export async function machineFacts(lab: Lab): Promise<Facts> {
  const [{ server_version: postgres } = { server_version: "" }] = await lab.shop.sql<{ server_version: string }[]>`
    show server_version`;
  return {
    machine: `${cpus().length} cores of ${cpus()[0]?.model.trim() ?? "an unknown kind"}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release()} ${arch()}, control groups of version ${lab.cgroups.version}`,
    Bun: Bun.version,
    k6: firstLine(lab.k6, "version"),
    HAProxy: firstLine(haproxyBinary(), "-v"),
    PostgreSQL: postgres,
    Headroom: firstLine("git", "describe", "--always", "--dirty"),
    seed: String(lab.seed),
    taken: new Date().toISOString(),
  };
}

function firstLine(...command: string[]): string {
  const found = Bun.which(command[0] ?? "") ?? command[0] ?? "";
  const { stdout } = Bun.spawnSync([found, ...command.slice(1)], { stderr: "ignore", timeout: 10_000 });
  return stdout.toString().split("\n", 1)[0] ?? "";
}
