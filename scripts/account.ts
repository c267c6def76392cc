import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Deployment, HyperdriveBinding } from "./read-deployment.ts";
import { askWrangler, type Wrangler } from "./wrangler.ts";

/** What Cloudflare has of what a deployment needs. */
export interface Account {
  /** The names of the Worker's secrets, none where it has never been deployed; undefined where Cloudflare does not say. */
  readonly secrets: ReadonlySet<string> | undefined;
  /** The Hyperdrive bindings whose answers Hyperdrive keeps for a while. It does so unless told otherwise. */
  readonly cached: ReadonlySet<string>;
  /** A line for each question that was not answered. */
  readonly unanswered: readonly string[];
}

/** Asks Cloudflare. What it refuses to answer stands in the account, so that one failure hides nothing else. */
export async function askAccount(wrangler: Wrangler, deployment: Deployment): Promise<Account> {
  const { name, accountId: account_id } = deployment;
  const folder = mkdtempSync(join(tmpdir(), "headroom-deploy-"));
  try {
    // Wrangler answers nothing about a configuration that it would not deploy: it gets what the questions need.
    const configFile = join(folder, "wrangler.json");
    writeFileSync(configFile, JSON.stringify({ name, account_id }));
    const ask = (...question: string[]) => askWrangler(wrangler, [...question, "--config", configFile]);
    const [secrets, databases] = await Promise.all([
      secretNames(ask),
      Promise.all(
        deployment.hyperdrive.filter(({ isPlaceholder }) => !isPlaceholder).map((binding) => caching(ask, binding)),
      ),
    ]);
    return {
      secrets: secrets.names,
      cached: new Set(databases.flatMap(({ cached = [] }) => cached)),
      unanswered: [secrets, ...databases].flatMap(({ unanswered = [] }) => unanswered),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Ask = (...question: string[]) => ReturnType<typeof askWrangler>;

async function secretNames(ask: Ask): Promise<{ names?: ReadonlySet<string>; unanswered?: string }> {
  const { exitCode, output, errors } = await ask("secret", "list");
  if (exitCode === 0) return { names: new Set((jsonOf(output) as { name: string }[]).map(({ name }) => name)) };
  if (/Worker ".*" not found/s.test(output + errors)) return { names: new Set() };
  return { unanswered: `secrets: not known, \`wrangler secret list\` says: ${reason(output + errors)}` };
}

async function caching(
  ask: Ask,
  { binding, id }: HyperdriveBinding,
): Promise<{ cached?: string; unanswered?: string }> {
  const { exitCode, output, errors } = await ask("hyperdrive", "get", id);
  if (exitCode !== 0)
    return { unanswered: `binding ${binding}: \`wrangler hyperdrive get ${id}\` says: ${reason(output + errors)}` };
  const { caching: its } = jsonOf(output) as { caching?: { disabled?: boolean } };
  return its?.disabled === true ? {} : { cached: binding };
}

/** Wrangler may print its banner ahead of the JSON that was asked for. */
function jsonOf(output: string): unknown {
  return JSON.parse(output.slice(output.search(/^[[{]/m)));
}

/** Wrangler's reason, without its banner before and its advice after it. */
function reason(text: string): string {
  const [said = ""] = (Bun.stripANSI(text).split("[ERROR]").at(-1) ?? "").split(
    /If you think this is a bug|\u{1fab5}/u,
  );
  return said.trim().split(/\s+/).join(" ") || "nothing";
}
