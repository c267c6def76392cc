import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { databaseDeps } from "../../tests/support/database-deps.ts";
import { UpstreamFailed } from "./fetch.ts";
import { openMail } from "./mail.ts";

interface Asked {
  readonly path: string;
  readonly headers: Headers;
  readonly body: unknown;
}

let asked: Asked[] = [];
let answers: (() => Response)[] = [];
beforeEach(() => {
  asked = [];
  answers = [];
});
/** Stands for Resend: answers what the test says, else as it does for a mail that it took. */
const standIn = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: async (request) => {
    const { pathname } = new URL(request.url);
    asked.push({ path: `${request.method} ${pathname}`, headers: request.headers, body: await request.json() });
    return answers.shift()?.() ?? Response.json({ id: "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794" });
  },
});
afterAll(() => standIn.stop(true));

const mail = {
  kind: "receipt",
  from: "shop@example.com",
  to: "ada@example.com",
  subject: "Your receipt",
  text: "Thank you.",
  html: "<p>Thank you.</p>",
} as const;
const refusing = (status: number, name: string) => () => Response.json({ statusCode: status, name }, { status });

function send(key = "event-1:notifications.receipt-mail") {
  const settings = {
    MAIL_PROVIDER: "resend",
    RESEND_API_KEY: "re_of-this-test",
    RESEND_URL: standIn.url.href,
    MAIL_FROM: mail.from,
  };
  const { config } = databaseDeps("postgres://127.0.0.1/none", [], settings);
  const transport = openMail(config, undefined);
  if (transport === undefined) throw new Error("not configured");
  return transport(key, mail);
}

describe("a mail by Resend", () => {
  test("is posted as its API wants it, under the event's key", async () => {
    await send();
    const [{ path, headers, body } = { path: "", headers: new Headers(), body: {} }] = asked;
    expect([path, headers.get("Authorization"), headers.get("Idempotency-Key"), headers.get("User-Agent")]).toEqual([
      "POST /emails",
      "Bearer re_of-this-test",
      "event-1:notifications.receipt-mail",
      "headroom",
    ]);
    const { kind, to, ...rest } = mail;
    expect(body).toEqual({ ...rest, to: [to], tags: [{ name: "kind", value: kind }] });
  });

  test("is tried once more under the same key when Resend is overloaded, and fails when it stays so", async () => {
    answers = [refusing(429, "rate_limit_exceeded")];
    await send();
    expect(asked.map(({ headers }) => headers.get("Idempotency-Key"))).toEqual(
      Array(2).fill("event-1:notifications.receipt-mail"),
    );
    answers = [refusing(500, "application_error"), refusing(500, "application_error")];
    await expect(send()).rejects.toThrow(UpstreamFailed);
  });

  test("fails when Resend refuses it, by Resend's word for why and without the address", async () => {
    answers = [refusing(422, "validation_error"), refusing(409, "concurrent_idempotent_requests")];
    await expect(send()).rejects.toThrow("Resend answered 422: validation_error.");
    await expect(send()).rejects.toThrow("Resend answered 409: concurrent_idempotent_requests.");
  });

  test("counts as sent when its key was used for a mail of other words", async () => {
    answers = [refusing(409, "invalid_idempotent_request")];
    await send();
    expect(asked).toHaveLength(1);
  });
});
