import * as v from "valibot";
import type { Config } from "./config.ts";
import { type Answer, fetchWithin, jsonOf, UpstreamFailed } from "./fetch.ts";
import type { MailTransport } from "./mail.ts";

const refusal = v.object({ name: v.string() });

/**
 * Mail by Resend's API (https://resend.com/docs/api-reference/emails/send-email), which sends once for a key within a day.
 */
export function openResend({ RESEND_URL, RESEND_API_KEY = "" }: Config): MailTransport {
  return async (key, { from, to, subject, text, html, kind }) => {
    const answer = await fetchWithin(
      `${RESEND_URL}/emails`,
      {
        method: "POST",
        headers: {
          Authorization: `Bearer ${RESEND_API_KEY}`,
          "Content-Type": "application/json",
          "Idempotency-Key": key,
          // Resend refuses requests without one, and workerd sends none.
          "User-Agent": "headroom",
        },
        body: JSON.stringify({ from, to: [to], subject, text, html, tags: [{ name: "kind", value: kind }] }),
      },
      { timeoutMs: 5_000, attempts: 2 },
    );
    if (answer.status !== 200 && !isSentInOtherWords(answer))
      throw new UpstreamFailed(`Resend answered ${answer.status}${nameIn(answer)}.`);
  };
}

/** The key was used: a release has changed the words of a mail between two tries, and the first had arrived. */
function isSentInOtherWords(answer: Answer): boolean {
  return answer.status === 409 && nameIn(answer).includes("invalid_idempotent_request");
}

/** What Resend calls its refusal; never its sentence, which may hold the address. */
function nameIn(answer: Answer): string {
  const { output, success } = v.safeParse(refusal, jsonOf(answer));
  return success ? `: ${output.name}` : "";
}
