import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Cluster } from "../../local/postgres/cluster.ts";
import type { ClusterUrls } from "../../local/postgres/database.ts";
import { startProgram } from "../../local/program.ts";

/**
 * PostgreSQL, a primary and a standby on free ports, run by a program of their own: its pipe to the tests ends however
 * these die, and it then stops both servers.
 */
export async function startTestCluster(home: string): Promise<Cluster> {
  mkdirSync(join(home, "logs"), { recursive: true, mode: 0o700 });
  const env = { PRIMARY_PORT: "0", STANDBY_PORT: "0", HEADROOM_HOME: home };
  const program = startProgram("postgres", ["local/postgres/main.ts"], env, home);
  const words = (await program.untilReady(60_000)).split(" ");
  const urlOf = (name: keyof ClusterUrls) =>
    words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
  return {
    urls: {
      primary: urlOf("primary"),
      standby: urlOf("standby"),
      primaryAdmin: urlOf("primaryAdmin"),
      standbyAdmin: urlOf("standbyAdmin"),
    },
    stop: () => program.stop(60_000),
  };
}
