import { fetchWithin, UpstreamFailed } from "./fetch.ts";
import type { Scope } from "./scope.ts";

interface Mail {
  readonly kind: "welcome" | "password-reset" | "receipt" | "shipped" | "refund";
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/**
 * Hands a mail over for delivery. The same key again is the same mail, so a retry does no harm.
 * @throws UpstreamFailed, and an error where no transport is configured
 */
export async function sendMail({ deps, log }: Scope, key: string, mail: Mail): Promise<void> {
  const { MAILBOX_URL, MAIL_FROM } = deps.config;
  if (MAILBOX_URL === undefined) {
    log.error("no mail transport is configured: set MAILBOX_URL", { kind: mail.kind });
    throw new Error("No mail transport is configured.");
  }
  const { status } = await fetchWithin(
    `${MAILBOX_URL}/messages`,
    {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify({ ...mail, from: MAIL_FROM }),
    },
    { timeoutMs: 5_000, attempts: 2 },
  );
  if (status !== 200 && status !== 201) throw new UpstreamFailed(`The mailbox answered ${status}.`);
}
