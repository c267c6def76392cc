import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Program, startProgram } from "../program.ts";
import type { Mail } from "./mails.ts";

const home = mkdtempSync(join(tmpdir(), "headroom-mailbox-"));
let program: Program;
let url: string;

async function start() {
  program = startProgram("mailbox", ["local/mailbox/main.ts"], { PORT: "0", HEADROOM_HOME: home }, home);
  url = await program.untilReady(10_000);
}

beforeAll(async () => {
  mkdirSync(join(home, "logs"));
  await start();
});

afterAll(async () => {
  await program.stop(5_000);
  rmSync(home, { recursive: true });
});

function someone(): string {
  return `${crypto.randomUUID()}@example.com`;
}

function send(to: string, more: object = {}, key: string = crypto.randomUUID()): Promise<Response> {
  const mail = { kind: "welcome", to, from: "shop@headroom.local", subject: "Hello", text: "Hi", html: "<p>Hi</p>" };
  const headers = { "content-type": "application/json", "idempotency-key": key };
  return fetch(`${url}/messages`, { method: "POST", headers, body: JSON.stringify({ ...mail, ...more }) });
}

async function mailsTo(to: string): Promise<Mail[]> {
  const answer = await fetch(`${url}/messages?to=${encodeURIComponent(to)}`);
  const { data } = (await answer.json()) as { data: Mail[] };
  return data;
}

describe("the mailbox", () => {
  test("shows whoever asks the mails to one address, newest first", async () => {
    const to = someone();
    await send(to, { subject: "First" });
    await send(to, { subject: "Second" });
    await send(someone(), { subject: "Not for us" });

    const mails = await mailsTo(to);
    expect(mails.map((mail) => mail.subject)).toEqual(["Second", "First"]);
    expect(Object.keys(mails[0] ?? {}).sort()).toEqual(
      ["createdAt", "from", "html", "id", "kind", "subject", "text", "to"].sort(),
    );
  });

  test("takes the same key for the same mail, however often and concurrently it comes", async () => {
    const to = someone();
    const key = crypto.randomUUID();
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(to, {}, key)));

    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 200, 200, 201]);
    expect(await mailsTo(to)).toHaveLength(1);
  });

  test("keeps its mails and keys when it is killed and started again", async () => {
    const to = someone();
    const key = crypto.randomUUID();
    await send(to, {}, key);
    await program.stop(0);
    await start();

    expect((await send(to, {}, key)).status).toBe(200);
    expect(await mailsTo(to)).toHaveLength(1);
  });

  test("has a page on which mails are text, never markup of their own, and links can be followed", async () => {
    const link = "http://127.0.0.1:3000/verify#abc";
    await send(someone(), { subject: "<script>alert(1)</script>", text: `Please confirm: ${link}` });

    const page = await (await fetch(`${url}/`)).text();
    expect(page).not.toContain("<script>");
    expect(page).toContain(`<a href="${link}">`);
  });

  test("refuses what is no mail", async () => {
    expect((await send(someone(), { subject: 1 })).status).toBe(422);
  });

  test("forgets everything when told to", async () => {
    const to = someone();
    await send(to);
    expect((await fetch(`${url}/messages`, { method: "DELETE" })).status).toBe(204);
    expect(await mailsTo(to)).toEqual([]);
  });
});
