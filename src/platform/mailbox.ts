import type { Config } from "./config.ts";
import { fetchWithin, UpstreamFailed } from "./fetch.ts";
import type { MailTransport } from "./mail.ts";

/** The embedded cloud's mailbox, which keeps mails for reading; undefined where it is not configured. */
export function openMailbox({ MAILBOX_URL }: Config): MailTransport | undefined {
  if (MAILBOX_URL === undefined) return undefined;
  return async (key, mail) => {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
    const request = { method: "POST", headers, body: JSON.stringify(mail) };
    const { status } = await fetchWithin(`${MAILBOX_URL}/messages`, request, { timeoutMs: 5_000, attempts: 2 });
    if (status !== 200 && status !== 201) throw new UpstreamFailed(`The mailbox answered ${status}.`);
  };
}
