import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../local/ports.ts";
import { type Bench, below, type Outcome } from "./comparison.ts";
import { median } from "./measure/rounds.ts";
import { placeAnyOrder } from "./shop/any-order.ts";

const firstOrderGoal = 10;
const secondReadyGoal = 5;
const startsMax = 3;
const readyWithinMs = 60_000;

/** How long a newcomer waits: from `npm start`, behind the installation, to an order, and once more to the prompt. */
export async function start({ rounds, say }: Bench): Promise<Outcome> {
  const firstOrder: number[] = [];
  const secondReady: number[] = [];
  for (let round = 0; round < Math.min(rounds, startsMax); round++) {
    const home = mkdtempSync(join(tmpdir(), "headroom-start-"));
    try {
      firstOrder.push(await secondsOf(home, placeAnyOrder));
      secondReady.push(await secondsOf(home, async () => undefined));
      say(
        `  first order after ${firstOrder.at(-1)?.toFixed(1)} s, second start ready after ${secondReady.at(-1)?.toFixed(1)} s`,
      );
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  }
  return {
    results: [
      below("start: to the first order", median(firstOrder), "s", firstOrderGoal),
      below("start: second start to ready", median(secondReady), "s", secondReadyGoal),
    ],
    distrust: [],
  };
}

/** Seconds from the start of `npm start` to the end of `use`, which is told where the shop answers; then stops it. */
async function secondsOf(home: string, use: (url: string) => Promise<void>): Promise<number> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = Bun.spawn(["npm", "start"], {
    cwd: join(import.meta.dir, ".."),
    // biome-ignore lint/style/noProcessEnv: a child inherits its parent's environment
    env: { ...process.env, HEADROOM_HOME: home, PORT: String(port) },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const timer = setTimeout(() => child.kill(), readyWithinMs);
  try {
    const [output, errors] = [child.stdout.getReader(), new Response(child.stderr).text()];
    await use(await readyUrl(output, errors));
    const seconds = (performance.now() - startedAt) / 1000;
    output.releaseLock();
    child.kill();
    await child.stdout.pipeTo(new WritableStream());
    return seconds;
  } finally {
    clearTimeout(timer);
    child.kill();
    await child.exited;
  }
}

async function readyUrl(
  output: { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }> },
  errors: Promise<string>,
): Promise<string> {
  const decoder = new TextDecoder();
  for (let said = ""; ; ) {
    const { done, value } = await output.read();
    said += decoder.decode(value, { stream: true });
    const [, url] = /^Headroom is ready on (\S+)\n/m.exec(said) ?? [];
    if (url !== undefined) return url;
    if (done) throw new Error(`npm start did not become ready:\n${said}${await errors}`);
  }
}
