import type { CloudPorts, Part } from "./parts.ts";
import { serversOf } from "./postgres/cluster.ts";
import { startServer, stopServer } from "./postgres/server.ts";
import type { Program } from "./program.ts";

export type Running = { part: Part; program: Program; start(): Program };

/** Faults on purpose, for proofs: `crash` kills without a goodbye, `revive` starts again at the same address. */
export type Faults = Record<"crash" | "revive", (name: keyof CloudPorts | "postgres") => Promise<void>>;

export function faultsOf(running: readonly Running[], home: string): Faults {
  const find = (name: string) => {
    const one = running.find(({ part }) => part.name === name);
    if (!one) throw new Error(`${name} is not part of this cloud.`);
    return one;
  };
  return {
    async crash(name) {
      if (name === "primary" || name === "standby") await stopServer(serversOf(home)[name], "immediate");
      else await find(name).program.crash();
    },
    async revive(name) {
      if (name === "primary" || name === "standby") return startServer(serversOf(home)[name]);
      const one = find(name);
      one.program = one.start();
      await one.program.untilReady(60_000);
    },
  };
}
