// Sends one mail to where SMTP_URL says, as an instance on Bun would, and prints `sent` or the error.
import { openMail } from "../../src/platform/mail.ts";
import { openSmtp } from "../../src/platform/smtp.ts";
import { databaseDeps } from "./database-deps.ts";

// biome-ignore lint/style/noProcessEnv: it is a program
const { SMTP_URL = "" } = process.env;
const settings = { MAIL_PROVIDER: "smtp", MAIL_FROM: "shop@example.com", SMTP_URL };
const { config } = databaseDeps("postgres://127.0.0.1/none", [], settings);
const mail = {
  kind: "receipt",
  from: config.MAIL_FROM,
  to: "ada@example.com",
  subject: "Your receipt ✓",
  text: "Thank you.",
  html: "<p>Thank you.</p>",
} as const;
try {
  await openMail(config, openSmtp)?.("event-1:notifications.receipt-mail", mail);
  console.log("sent");
} catch (error) {
  console.log(String(error));
}
