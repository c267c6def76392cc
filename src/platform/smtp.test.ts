import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import {
  type Certificates,
  type MailServer,
  makeCertificates,
  send,
  startMailServer,
} from "../../tests/support/mail-server.ts";

const hasOpenssl = Bun.which("openssl") !== null;
if (!hasOpenssl) console.warn("skipped, no openssl to make a certificate with");

let certificates: Certificates;
beforeAll(() => {
  if (hasOpenssl) certificates = makeCertificates();
});
afterAll(() => {
  if (hasOpenssl) rmSync(certificates.folder, { recursive: true, force: true });
});

let server: MailServer;
afterEach(() => server?.stop());

describe.skipIf(!hasOpenssl)("a mail by SMTP", () => {
  test("with STARTTLS and a password arrives as text and HTML, named by its event", async () => {
    server = await startMailServer(certificates, { tls: "starttls" });
    expect(await send(server, certificates, "smtp://shop:p%40ss@")).toBe("sent");
    const [mail] = server.mails;
    expect(mail).toMatchObject({ secure: true, user: "shop", from: "shop@example.com", to: ["ada@example.com"] });
    expect(mail?.source).toContain("Message-ID: <event-1.notifications.receipt-mail@example.com>\r\n");
    expect(mail?.source).toContain("Subject: =?UTF-8?Q?Your_receipt_=E2=9C=93?=\r\n");
    for (const part of ["multipart/alternative", "Thank you.", "<p>Thank you.</p>"])
      expect(mail?.source).toContain(part);
  });

  test("with TLS from the beginning arrives; sent again it is recognised by its name", async () => {
    server = await startMailServer(certificates, { tls: "at once" });
    for (let times = 0; times < 2; times++)
      expect(await send(server, certificates, "smtps://shop:p%40ss@")).toBe("sent");
    const names = server.mails.map(({ source }) => /^Message-ID: (.*)\r$/m.exec(source)?.[1]);
    expect(names).toEqual(Array(2).fill("<event-1.notifications.receipt-mail@example.com>"));
    expect(server.mails.every(({ secure }) => secure)).toBe(true);
  });

  test("shows no password to a server without TLS or of an unknown certificate", async () => {
    server = await startMailServer(certificates, { tls: "none" });
    expect(await send(server, certificates, "smtp://shop:p%40ss@")).toBe(
      "UpstreamFailed: The mail server failed: ETLS 500",
    );
    server.stop();
    server = await startMailServer(certificates, { tls: "starttls" });
    expect(await send(server, undefined, "smtp://shop:p%40ss@")).toMatch(/^UpstreamFailed: .* (ETLS|ESOCKET)$/);
    expect([server.mails, server.passwords]).toEqual([[], []]);
  });

  test("fails with a wrong password, without naming anybody", async () => {
    server = await startMailServer(certificates, { tls: "starttls" });
    expect(await send(server, certificates, "smtp://shop:wrong@")).toBe(
      "UpstreamFailed: The mail server failed: EAUTH 535",
    );
  });

  test("fails when its addressee is refused, and when nobody answers, within its time", async () => {
    server = await startMailServer(certificates, { tls: "starttls", refuses: "ada@example.com" });
    expect(await send(server, certificates, "smtp://shop:p%40ss@")).toBe(
      "UpstreamFailed: The mail server failed: EENVELOPE 550",
    );
    server.stop();
    server = await startMailServer(certificates, { tls: "silent" });
    const began = Date.now();
    expect(await send(server, certificates, "smtp://shop:p%40ss@")).toStartWith("UpstreamFailed: ");
    expect(Date.now() - began).toBeLessThan(15_000);
  });
});
