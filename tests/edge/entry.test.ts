import { describe, expect, spyOn, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { newProduct, newUser } from "../support/client.ts";
import { type CountingProxy, startCountingProxy } from "../support/counting-proxy.ts";
import { openShop } from "../support/shop.ts";

interface Entry {
  readonly fetch: (request: Request, env: object, ctx: object) => Promise<Response>;
}

/** The Worker's entry, here on Bun, as a new isolate. Typed for another runtime (tsconfig.edge.json), hence not by name. */
async function newIsolate(): Promise<Entry> {
  const file: string = `../../src/worker.ts?${randomUUID()}`;
  return (await import(file)).default;
}

/** What Cloudflare hands to each call: it lets the work go on that it is told to wait for, and none beside it. */
function newContext() {
  const waits: Promise<unknown>[] = [];
  return {
    ctx: { waitUntil: (work: Promise<unknown>) => void waits.push(work) },
    waits,
    /** Until the runtime would cancel whatever still runs. */
    ended: async () => {
      for (let index = 0; index < waits.length; index++) await Promise.allSettled([waits[index]]);
    },
  };
}

/** The lines of log that are written meanwhile. */
async function logged(work: () => Promise<void>): Promise<Record<string, unknown>[]> {
  const lines: string[] = [];
  const log = spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
  await work().finally(() => log.mockRestore());
  return lines.map((line) => JSON.parse(line));
}

test("without its bindings each request is answered 500, and the log names all that is missing", async () => {
  const entry = await newIsolate();
  const [line, ...more] = await logged(async () => {
    const request = new Request("https://shop.example/v1/products");
    const answer = await entry.fetch(request, { HEADROOM_MODE: "embedded" }, newContext().ctx);
    expect(answer.status).toBe(500);
    const instance = "/v1/products";
    expect(await answer.json()).toMatchObject({ type: "https://shop.example/problems/internal", instance });
  });
  expect(more).toEqual([]);
  expect(line?.requestId).toBeString();
  for (const name of ["PRIMARY (Hyperdrive)", "PUBLIC_URL", "QSTASH_TOKEN", "TOKEN_SIGNING_KEYS"])
    expect(line?.issues).toContain(`${name}: is missing`);
});

describe("what a request of the Worker begins", () => {
  /** A Worker whose sockets to the primary are counted, and a buyer's order as it reaches it. */
  async function countedWorker() {
    const { env } = await openShop();
    const target = new URL(env.DATABASE_URL ?? "");
    const proxy = await startCountingProxy({ host: target.hostname, port: Number(target.port) });
    target.port = String(proxy.port);
    const bindings = { ...env, LOG_LEVEL: "warn", PRIMARY: { connectionString: target.href } };
    const entry = await newIsolate();
    const [sku] = await newProduct(2);
    const { token } = await newUser();
    const order = () => {
      const headers = {
        "Content-Type": "application/json",
        Authorization: `Bearer ${token}`,
        "Idempotency-Key": randomUUID(),
      };
      const body = JSON.stringify({ lines: [{ sku, quantity: 1 }] });
      return new Request(`${env.PUBLIC_URL}/v1/orders`, { method: "POST", headers, body });
    };
    return { proxy, order: (ctx: object) => entry.fetch(order(), bindings, ctx) };
  }

  async function untilClosed(proxy: CountingProxy): Promise<void> {
    // The proxy hears of an end a moment after it.
    for (let times = 0; times < 20 && proxy.open() > 0; times++) await Bun.sleep(5);
  }

  test("is waited for: its answer, though nobody takes it, and its work behind the answer; then its sockets close", async () => {
    const { proxy, order } = await countedWorker();
    const lines = await logged(async () => {
      // The second wakes the relay within its rest after the first, so that the work outlasts the answer.
      for (const round of ["first", "second"]) {
        const { ctx, waits, ended } = newContext();
        const answer = order(ctx);
        let openWhenAnswered = 0;
        const noted = answer.then(() => {
          openWhenAnswered = proxy.open();
        });
        expect(waits.length, round).toBeGreaterThan(0);
        await ended();
        expect(Bun.peek.status(answer), round).toBe("fulfilled");
        await noted;
        expect((await answer).status, round).toBe(201);
        // The relay's round is handed over by itself too.
        expect(waits.length, round).toBeGreaterThan(1);
        expect(openWhenAnswered, round).toBeGreaterThan(0);
        await untilClosed(proxy);
        expect(proxy.open(), round).toBe(0);
      }
    });
    proxy.stop();
    // Work on a handle that was closed before it ended would have said so.
    expect(lines).toEqual([]);
  });
});
