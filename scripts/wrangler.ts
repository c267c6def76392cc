/** How wrangler is called: a program and its first arguments. */
export type Wrangler = readonly string[];

const answerWithinMs = 60_000;

/** What wrangler answers to a question. */
export async function askWrangler(wrangler: Wrangler, question: readonly string[]) {
  const child = Bun.spawn([...wrangler, ...question], {
    env: environment(),
    // It may not ask back: what it wants to know then stands in its errors.
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: answerWithinMs,
  });
  const [output, errors, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { output, errors, exitCode };
}

/** Runs wrangler before the user's eyes; answers its exit code. */
export function runWrangler(wrangler: Wrangler, command: readonly string[]): Promise<number> {
  const shown = { stdin: "inherit", stdout: "inherit", stderr: "inherit" } as const;
  return Bun.spawn([...wrangler, ...command], { env: environment(), ...shown }).exited;
}

function environment() {
  // biome-ignore lint/style/noProcessEnv: a child inherits its parent's environment, Cloudflare's credentials included
  return { ...process.env, WRANGLER_SEND_METRICS: "false", NO_COLOR: "1" };
}
