import { inParallel } from "./in-parallel.ts";

/** A buyer of the journal, logged in by the checker for itself. */
export interface Buyer {
  readonly id: string;
  readonly token: string;
}

const atOnce = 4;
const timeoutMs = 10_000;
const triesMax = 5;

/** Logs in the seeded buyers with these addresses. Throws where one is refused. */
export async function logInBuyers(url: string, emails: readonly string[]): Promise<Map<string, Buyer>> {
  return new Map(await inParallel(emails, atOnce, async (email) => [email, await logIn(url, email)] as const));
}

async function logIn(url: string, email: string): Promise<Buyer> {
  for (let tries = 1; ; tries++) {
    const answer = await fetch(`${url}/v1/sessions`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ email, password: "headroom-buyer" }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (answer.status === 201) {
      const { accessToken } = (await answer.json()) as { accessToken: string };
      return { id: subjectOf(accessToken), token: accessToken };
    }
    if (tries === triesMax) throw new Error(`${email} could not log in: ${answer.status} ${await answer.text()}`);
    await Bun.sleep(tries * 500);
  }
}

function subjectOf(token: string): string {
  const [, payload = ""] = token.split(".");
  return (JSON.parse(Buffer.from(payload, "base64url").toString()) as { sub: string }).sub;
}
