import { createTransport } from "nodemailer";
import { UpstreamFailed } from "./fetch.ts";
import type { OpenSmtp } from "./mail.ts";
import { within } from "./within.ts";

const stepMs = 5_000;
const mailMs = 15_000;

/**
 * Mail by SMTP, a session a mail, on Bun alone (Workers' bundles must not hold it). SMTP knows no idempotency: a mail that
 * is sent again has the same Message-ID, by which mail programs and people see that it is the same. A password goes over
 * TLS only, and in production everything does.
 */
export const openSmtp: OpenSmtp = ({ SMTP_URL = "", MAIL_FROM, HEADROOM_MODE }) => {
  const { protocol, hostname, port, username, password } = new URL(SMTP_URL);
  const isTls = protocol === "smtps:";
  const transport = createTransport({
    host: hostname,
    port: Number(port) || (isTls ? 465 : 587),
    secure: isTls,
    requireTLS: username !== "" || HEADROOM_MODE === "production",
    ...(username === "" ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: stepMs,
    greetingTimeout: stepMs,
    socketTimeout: stepMs,
    dnsTimeout: stepMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = MAIL_FROM.split("@")[1];
  return async (key, { from, to, subject, text, html }) => {
    const messageId = `<${key.replaceAll(":", ".")}@${domain}>`;
    try {
      await within(mailMs, transport.sendMail({ from, to, subject, text, html, messageId }));
    } catch (error) {
      throw new UpstreamFailed(`The mail server failed: ${reason(error)}`);
    }
  };
};

/** Nodemailer's code and the server's number; not the server's sentence, which may hold the address and goes to logs. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, responseCode } = error as { code?: string; responseCode?: number };
  return [code ?? error.name, responseCode].filter(Boolean).join(" ");
}
