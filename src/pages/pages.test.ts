import { describe, expect, test } from "bun:test";
import { call, eventually, logIn, newUser } from "../../tests/support/client.ts";
import { openShop } from "../../tests/support/shop.ts";
import { sha256 } from "../platform/hash.ts";

const paths = ["/", "/ops", "/verify", "/reset"];

/** The one inline script of a page, as a browser would run it. */
async function scriptOf(path: string): Promise<string> {
  const [, script = ""] = /<script>([\s\S]*)<\/script>/.exec((await call("GET", path)).body) ?? [];
  return script;
}

interface Opened {
  readonly form: { hidden: boolean };
  readonly message: { textContent: string };
  readonly address: () => string;
  /** Fills the form's fields in and sends it. */
  readonly submit: (fields: Readonly<Record<string, string>>) => Promise<void>;
}

/** The page as its script finds it: the few things of a browser that it touches, the form as the page's own HTML has it. */
async function open(path: string, token: string): Promise<Opened> {
  const { url } = await openShop();
  const { body } = await call("GET", path);
  const data = (name: string) => new RegExp(`data-${name}="([^"]*)"`).exec(body)?.[1] ?? "";
  let listener: (event: object) => Promise<void> = async () => undefined;
  const form = {
    hidden: false,
    dataset: { method: data("method"), path: data("path"), done: data("done") },
    addEventListener: (_: string, listen: typeof listener) => {
      listener = listen;
    },
    querySelector: () => ({ disabled: false }),
  };
  const message = { textContent: "" };
  let address = `${path}#${token}`;
  let fields: Readonly<Record<string, string>> = {};
  const names = {
    document: { querySelector: (name: string) => (name === "form" ? form : message) },
    location: { hash: token === "" ? "" : `#${token}`, pathname: path },
    history: {
      replaceState: (_: unknown, __: string, to: string) => {
        address = to;
      },
    },
    fetch: (to: string, init: RequestInit) => fetch(url + to, init),
    FormData: class {
      *[Symbol.iterator]() {
        yield* Object.entries(fields);
      }
    },
  };
  new Function(...Object.keys(names), await scriptOf(path))(...Object.values(names));
  return {
    form,
    message,
    address: () => address,
    submit: (given) => {
      fields = given;
      return listener({ preventDefault: () => undefined });
    },
  };
}

async function mailedToken(email: string, kind: string): Promise<string> {
  const { env } = await openShop();
  const text = await eventually(async () => {
    const answer = await fetch(`${env.MAILBOX_URL}/messages?to=${encodeURIComponent(email)}`);
    const { data } = (await answer.json()) as { data: { kind: string; text: string }[] };
    return data.find((mail) => mail.kind === kind)?.text;
  });
  return /#([\w-]+)/.exec(text)?.[1] ?? "";
}

describe("a page", () => {
  test.each(paths)("%s runs nothing but its own script, and sends to this server alone", async (path) => {
    const { headers, body, status } = await call("GET", path);
    expect(status).toBe(200);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toStartWith("default-src 'none'; ");
    expect(policy).not.toContain("unsafe");
    const scripts = [...body.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script = ""]) => script);
    const digests = scripts.map((script) => `'sha256-${Buffer.from(sha256(script), "base64url").toString("base64")}'`);
    expect([...policy.matchAll(/script-src ('[^']*')/g)].map(([, digest]) => digest)).toEqual(digests);
    const [, style = ""] = /<style>([\s\S]*?)<\/style>/.exec(body) ?? [];
    expect(policy).toContain(`style-src 'sha256-${Buffer.from(sha256(style), "base64url").toString("base64")}'`);
    expect(body).not.toMatch(/ on\w+=|style="|src=|https?:\/\//);
  });

  test("of the welcome mail verifies the address, once, and takes the token out of the address bar", async () => {
    const { email, token } = await newUser();
    const mailed = await mailedToken(email, "welcome");
    const page = await open("/verify", mailed);
    expect(page.address()).toBe("/verify");
    await page.submit({});
    expect([page.form.hidden, page.message.textContent]).toEqual([true, "Thank you: your e-mail address is verified."]);
    const me = await call("GET", "/v1/users/me", { token, headers: { "Read-Consistency": "strong" } });
    expect(me.body.emailVerified).toBe(true);
    const again = await open("/verify", mailed);
    await again.submit({});
    expect([again.form.hidden, again.message.textContent]).toEqual([
      false,
      "This link is unknown, used or expired; ask for a new one.",
    ]);
  });

  test("of the other mail sets a new password, and says why a weak one will not do", async () => {
    const { email } = await newUser();
    await call("POST", "/v1/password-resets", { body: { email } });
    const page = await open("/reset", await mailedToken(email, "password-reset"));
    await page.submit({ password: "short" });
    expect(page.form.hidden).toBe(false);
    expect(page.message.textContent).not.toBe("");
    await page.submit({ password: "an-unusual-new-phrase" });
    expect(page.form.hidden).toBe(true);
    expect(await logIn(email, "an-unusual-new-phrase")).toBeString();
  });

  test("that is opened without its link says so", async () => {
    const page = await open("/reset", "");
    expect([page.form.hidden, page.message.textContent]).toEqual([true, "This page is opened by the link of a mail."]);
  });
});
