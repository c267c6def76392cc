import type { Shop } from "../../loadtests/lab/shop.ts";
import { startProgram } from "../../local/program.ts";

/** The real server as a process of its own. */
export interface Server {
  readonly pid: number;
  /** Between pause and resume it has its connections and memory, but no CPU. */
  readonly pause: () => void;
  readonly resume: () => void;
}

/** Runs `bun src/bun.ts` on the shop for as long as `use` takes; `env` replaces parts of its configuration. */
export async function withServer<T>(
  shop: Shop,
  env: Readonly<Record<string, string>>,
  use: (server: Server) => Promise<T>,
): Promise<T> {
  const program = startProgram("server", ["--no-orphans", "src/bun.ts"], { ...shop.env, ...env }, shop.home);
  const { pid } = program;
  try {
    await Promise.race([program.failed, untilServing(shop.url)]);
    const signal = (name: NodeJS.Signals) => () => void process.kill(pid, name);
    return await Promise.race([program.failed, use({ pid, pause: signal("SIGSTOP"), resume: signal("SIGCONT") })]);
  } finally {
    process.kill(pid, "SIGCONT");
    await program.stop(12_000);
  }
}

async function untilServing(url: string): Promise<void> {
  for (const start = Date.now(); Date.now() - start < 60_000; await Bun.sleep(50)) {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error("The server was not ready after 60 s.");
}
