import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { adminToken } from "../../../../tests/support/client.ts";
import { openShop, openTestDeps } from "../../../../tests/support/shop.ts";
import { app } from "../../../app.ts";
import { type Config, readConfig } from "../../../platform/config.ts";
import type { Deps } from "../../../platform/deps.ts";

const namesOf: Readonly<Record<string, readonly string[]>> = {
  "shop.example.com": ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"],
  "inside.example.com": ["10.1.2.3"],
  "half.example.com": ["93.184.216.34", "127.0.0.1"],
  "half6.example.com": ["93.184.216.34", "::ffff:10.0.0.1"],
  "cloud.example.com": ["169.254.169.254"],
};

/** Tells what of a URL an administrator of such a deployment is told: 201, or the problem. */
async function targeting(more: Partial<Config>) {
  const { env } = await openShop();
  const deps = openTestDeps(readConfig({ ...env, WEBHOOK_ALLOW_PRIVATE: "false" }));
  const asked: string[] = [];
  const own: Deps = {
    ...deps,
    config: { ...deps.config, ...more },
    addressesOf: async (hostname) => {
      asked.push(hostname);
      if (hostname === "silent.example.com") return await new Promise(() => undefined);
      const addresses = namesOf[hostname];
      if (addresses === undefined) throw new Error("ENOTFOUND");
      return addresses;
    },
  };
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${await adminToken()}` };
  const send = async (method: string, path: string, body: object) => {
    const answer = await app.request(path, { method, headers, body: JSON.stringify(body) }, own);
    return { status: answer.status, body: (await answer.json()) as { id: string; type?: string; detail?: string } };
  };
  const adding = async (url: string) => {
    const { status, body } = await send("POST", "/v1/webhook-endpoints", { url, events: ["*"] });
    if (status === 201) await send("PATCH", `/v1/webhook-endpoints/${body.id}`, { enabled: false });
    return status === 201 ? 201 : body.type?.split("/").at(-1);
  };
  return { send, adding, asked, close: () => deps.close() };
}

type Targeting = Awaited<ReturnType<typeof targeting>>;
let inProduction: Targeting;
let onOneMachine: Targeting;

beforeAll(async () => {
  inProduction = await targeting({ HEADROOM_MODE: "production" });
  onOneMachine = await targeting({ WEBHOOK_ALLOW_PRIVATE: true });
});
afterAll(async () => {
  const { sql } = await openShop();
  await sql`delete from notifications.webhook_endpoints`;
  await Promise.all([inProduction.close(), onOneMachine.close()]);
});

const sentTo = [
  "https://shop.example.com/hook",
  "https://SHOP.example.com",
  "https://shop.example.com:443/",
  "https://shop.example.com:8443/a?b=c#d",
  "https://not-there-yet.example.com/",
  "https://8.8.8.8/",
  "https://[2606:4700::1111]/",
];

/** No server of ours, wherever it runs, may be led there. */
const neverSentTo = [
  "ftp://shop.example.com/",
  "file:///etc/passwd",
  "gopher://shop.example.com/",
  "javascript:alert(1)",
  "https://user@shop.example.com/",
  "https://user:secret@shop.example.com/",
  "https://@shop.example.com/",
  "https://shop.example.com:secret@127.0.0.1/",
  // 127.0.0.1 in other words.
  "https://2130706433/",
  "https://0x7f000001/",
  "https://0x7f.1/",
  "https://017700000001/",
  "https://0177.0.0.1/",
  "https://127.1/",
  "https://%31%32%37.0.0.1/",
  // A public address likewise: what is read must be what is called.
  "https://134744072/",
  "https://010.010.010.010/",
  "https:shop.example.com/",
  "https:///shop.example.com/",
  "https://shop%2eexample.com/",
  // Where clouds answer with credentials, and others link-local.
  "https://169.254.169.254/latest/meta-data/",
  "https://169.254.170.2/",
  "https://168.63.129.16/",
  "https://[fd00:ec2::254]/",
  "https://[fe80::1]/",
  // Wrapped IPv4.
  "https://[::ffff:127.0.0.1]/",
  "https://[::ffff:7f00:1]/",
  "https://[::ffff:8.8.8.8]/",
  "https://[::127.0.0.1]/",
  "https://[64:ff9b::7f00:1]/",
  "https://[2002:7f00:1::]/",
  "https://[2001::1]/",
  "https://[::]/",
  "https://0.0.0.0/",
  "https://0.1.2.3/",
  "https://224.0.0.1/",
  "https://255.255.255.255/",
  "https://240.0.0.1/",
  "https://192.0.0.192/",
  "https://198.18.0.1/",
  "https://203.0.113.1/",
  "https://[ff02::1]/",
  "https://[2001:db8::1]/",
  // Ports of other things.
  "https://shop.example.com:22/",
  "https://shop.example.com:25/",
  "https://shop.example.com:0/",
  "https://shop.example.com:1023/",
  "https://shop.example.com:2375/",
  "https://shop.example.com:5432/",
  "https://shop.example.com:6379/",
  "https://shop.example.com:27017/",
];

/** Only where private addresses are allowed. */
const sentToInPrivate = [
  "https://127.0.0.1/",
  "https://127.255.255.254/",
  "https://10.0.0.1/",
  "https://100.64.0.1/",
  "https://100.100.100.200/",
  "https://172.16.0.1/",
  "https://172.31.255.255/",
  "https://192.168.0.1:8443/",
  "https://[::1]/",
  "https://[fc00::1]/",
  "https://[fdff:ffff::1]/",
  "https://localhost/",
  "https://localhost./",
  "https://LOCALHOST:8443/",
  "https://metadata/",
  "https://redis:8443/",
  "https://shop.localhost/",
  "https://printer.local/",
  "https://metadata.google.internal/",
  "https://db.corp/",
  "https://router.home.arpa/",
];

/** By what their names lead to. */
const leadInside = ["inside", "half", "half6", "cloud"].map((name) => `https://${name}.example.com/`);

describe("a webhook in production", () => {
  test.each(sentTo)("may be sent to %s", async (url) => {
    expect(await inProduction.adding(url)).toBe(201);
  });

  test.each([...neverSentTo, ...sentToInPrivate, ...leadInside])("is not sent to %s", async (url) => {
    expect(await inProduction.adding(url)).toBe("target-forbidden");
  });

  test("goes over https alone", async () => {
    expect(await inProduction.adding("http://shop.example.com/")).toBe("target-forbidden");
  });

  test("waits for no name server that is silent, since each attempt asks anew", async () => {
    expect(await inProduction.adding("https://silent.example.com/")).toBe(201);
  });

  test("is redirected by no change either; what is not there is said first, and what is known of our network is not", async () => {
    const url = "https://shop.example.com/";
    const { body } = await inProduction.send("POST", "/v1/webhook-endpoints", { url, events: ["*"] });
    const path = `/v1/webhook-endpoints/${body.id}`;
    const changed = await inProduction.send("PATCH", path, { url: "https://inside.example.com/" });
    expect([changed.status, changed.body.type?.split("/").at(-1)]).toEqual([422, "target-forbidden"]);
    expect(JSON.stringify(changed.body)).not.toContain("10.1.2.3");
    const unknown = `/v1/webhook-endpoints/${crypto.randomUUID()}`;
    expect((await inProduction.send("PATCH", unknown, { url: "https://127.0.0.1/" })).status).toBe(404);
  });
});

describe("a webhook where private addresses are allowed", () => {
  test.each([...sentToInPrivate, "http://127.0.0.1:40123/hook"])("may be sent to %s", async (url) => {
    expect(await onOneMachine.adding(url)).toBe(201);
  });

  test.each(neverSentTo)("is not sent to %s", async (url) => {
    expect(await onOneMachine.adding(url)).toBe("target-forbidden");
  });

  test("has no name looked up", () => {
    expect(onOneMachine.asked).toEqual([]);
    expect(inProduction.asked).toContain("inside.example.com");
  });
});
