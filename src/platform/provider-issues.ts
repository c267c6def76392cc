/** Where the configuration is for; Workers open no SMTP connection. */
export type RuntimeName = "bun" | "workers";

interface About {
  readonly isMounted: (service: "payments" | "notifications") => boolean;
  readonly runtime: RuntimeName;
}

type Given = Readonly<Record<string, unknown>>;

/** Stripe counts these in other units than ISO 4217 does, or takes only some amounts of them. */
const currenciesOtherwise = ["BHD", "ISK", "JOD", "KWD", "OMR", "TND", "UGX"];

/** What is wrong with the settings of payments and mail as a whole: each is read by itself before. */
export function providerIssues(given: Given, about: About): string[] {
  return [...paymentIssues(given, about), ...mailIssues(given, about)];
}

function paymentIssues(given: Given, { isMounted }: About): string[] {
  const issues: string[] = [];
  const provider = given.PAYMENTS_PROVIDER;
  if (inProduction(given)) {
    for (const name of ["SANDBOX_URL", "SANDBOX_WEBHOOK_SECRET"])
      if (given[name]) issues.push(`${name}: the sandbox payment provider is for development only`);
    if (provider === "sandbox")
      issues.push("PAYMENTS_PROVIDER: the sandbox is for development only; stripe takes money");
    if (given.STRIPE_URL) issues.push("STRIPE_URL: only development asks another server than Stripe's own");
  }
  if (!isMounted("payments")) return issues;
  if (inProduction(given) && provider === undefined)
    issues.push("PAYMENTS_PROVIDER: is missing; with stripe, orders can be paid");
  if (provider !== "stripe") return issues;
  if (currenciesOtherwise.includes(String(given.CURRENCY)))
    issues.push(`CURRENCY: with Stripe it cannot be any of ${currenciesOtherwise.join(", ")}`);
  return [...issues, ...missing(given, ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"], "PAYMENTS_PROVIDER is stripe")];
}

function mailIssues(given: Given, { isMounted, runtime }: About): string[] {
  const issues: string[] = [];
  const provider = given.MAIL_PROVIDER;
  if (inProduction(given)) {
    if (given.MAILBOX_URL) issues.push("MAILBOX_URL: the mailbox is for development only");
    if (provider === "mailbox") issues.push("MAIL_PROVIDER: the mailbox is for development only");
  }
  if (!isMounted("notifications")) return issues;
  if (inProduction(given)) {
    if (provider === undefined) issues.push("MAIL_PROVIDER: is missing; smtp and resend send mails");
    issues.push(...missing(given, ["MAIL_FROM"], "mails are sent from it"));
  }
  if (provider === "smtp" && runtime === "workers")
    issues.push("MAIL_PROVIDER: smtp is for servers; on Workers it is resend");
  if (provider === "smtp") issues.push(...missing(given, ["SMTP_URL"], "MAIL_PROVIDER is smtp"));
  if (provider === "resend") issues.push(...missing(given, ["RESEND_API_KEY"], "MAIL_PROVIDER is resend"));
  return issues;
}

function inProduction({ HEADROOM_MODE }: Given): boolean {
  return HEADROOM_MODE !== "embedded";
}

function missing(given: Given, names: readonly string[], since: string): string[] {
  return names.filter((name) => given[name] === undefined).map((name) => `${name}: is missing, ${since}`);
}
