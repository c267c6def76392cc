import type { Config } from "./config.ts";
import { openMailbox } from "./mailbox.ts";
import { openResend } from "./resend.ts";
import type { Scope } from "./scope.ts";

export interface Mail {
  readonly kind: "welcome" | "password-reset" | "receipt" | "shipped" | "refund";
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface SentMail extends Mail {
  readonly from: string;
}

/**
 * Hands a mail over for delivery, within its own bounds. The same key again is the same mail: the other side drops it, or
 * where it cannot, a reader can tell. @throws UpstreamFailed
 */
export type MailTransport = (key: string, mail: SentMail) => Promise<void>;

/** Makes the transport of a runtime that can open sockets of its own: platform/smtp.ts on Bun. */
export type OpenSmtp = (config: Config) => MailTransport;

/** The transport that the configuration names; undefined where it names none. Connects when it sends. */
export function openMail(config: Config, openSmtp: OpenSmtp | undefined): MailTransport | undefined {
  if (config.MAIL_PROVIDER === "smtp") return openSmtp?.(config);
  return config.MAIL_PROVIDER === "resend" ? openResend(config) : openMailbox(config);
}

/** Mails, from the shop. @throws UpstreamFailed, and an error where no transport is configured */
export async function sendMail({ deps, log }: Scope, key: string, mail: Mail): Promise<void> {
  if (deps.mail === undefined) {
    log.error("no mail transport is configured: set MAIL_PROVIDER", { kind: mail.kind });
    throw new Error("No mail transport is configured.");
  }
  await deps.mail(key, { ...mail, from: deps.config.MAIL_FROM });
}
