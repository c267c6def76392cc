import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import {
  call,
  eventually,
  newProduct,
  newUser,
  payOrder,
  placeOrder,
  type User,
} from "../../../tests/support/client.ts";
import { refund, untilOrderIs } from "../../../tests/support/fulfilment.ts";
import { openShop } from "../../../tests/support/shop.ts";
import { coalesced } from "../../platform/coalesce.ts";
import { type Deps, startInstance } from "../../platform/deps.ts";
import { nextTick } from "../../platform/ticks.ts";
import { newSteps } from "./new-steps.ts";

async function newOrder(): Promise<{ user: User; id: string }> {
  const user = await newUser();
  const [sku = ""] = await newProduct(50);
  const { body } = await placeOrder(user.token, [[sku, 1]]);
  return { user, id: body.id };
}

/** What an EventSource would hear, and how to leave. */
async function follow({ token }: User, id: string, lastEventId?: number) {
  const { url } = await openShop();
  const leaving = new AbortController();
  const response = await fetch(`${url}/v1/orders/${id}/events`, {
    headers: {
      Authorization: `Bearer ${token}`,
      ...(lastEventId === undefined ? {} : { "Last-Event-ID": String(lastEventId) }),
    },
    signal: leaving.signal,
  });
  let text = "";
  const read = async () => {
    if (response.headers.get("content-type") !== "text/event-stream") return;
    for await (const chunk of response.body ?? []) text += new TextDecoder().decode(chunk);
  };
  const ended = read().catch(() => undefined);
  const steps = () =>
    Array.from(text.matchAll(/id: (\d+)\nevent: status\ndata: (.*)\n\n/g), ([, n, data]) => {
      const { orderId, status, at } = JSON.parse(data ?? "{}");
      return { n: Number(n), orderId, status, at };
    });
  return { status: response.status, heard: () => text, steps, ended, leave: () => leaving.abort() };
}

describe("following an order", () => {
  test("tells what has been at once and each status as it comes, and ends after a final one", async () => {
    const { user, id } = await newOrder();
    const stream = await follow(user, id);
    expect(stream.status).toBe(200);
    await eventually(async () => stream.steps().length === 1);
    expect(stream.heard()).toStartWith("retry: 2000\n\n");
    const { body: payment } = await payOrder(user.token, id);
    await eventually(async () => stream.steps().length === 2);
    await refund(payment.id, {});
    await stream.ended;
    const steps = stream.steps();
    expect(steps.map(({ n, status }) => `${n} ${status}`)).toEqual(["1 pending", "2 paid", "3 refunded"]);
    expect(steps.every(({ orderId }) => orderId === id)).toBeTrue();
    const { body } = await call("GET", `/v1/orders/${id}`, { token: user.token });
    expect(steps.map(({ status, at }) => ({ status, at }))).toEqual(body.history);
  });

  test("resumes behind Last-Event-ID, and says that nothing is left", async () => {
    const { user, id } = await newOrder();
    await payOrder(user.token, id);
    await untilOrderIs(user, id, "paid");
    const resumed = await follow(user, id, 1);
    await eventually(async () => resumed.steps().length === 1);
    await call("POST", `/v1/orders/${id}/cancel`, { token: user.token });
    await resumed.ended;
    expect(resumed.steps().map(({ n, status }) => `${n} ${status}`)).toEqual(["2 paid", "3 cancelled"]);
    const [rest, none] = [await follow(user, id, 2), await follow(user, id, 3)];
    await rest.ended;
    expect([rest.status, rest.steps().map(({ n }) => n), none.status]).toEqual([200, [3], 204]);
  });

  test("pings every five seconds, and ends with the session", async () => {
    const { user, id } = await newOrder();
    const stream = await follow(user, id);
    await eventually(async () => stream.heard().includes(": ping\n\n"), 8_000);
    await call("DELETE", "/v1/sessions/current", { token: user.token });
    await stream.ended;
    expect(stream.steps()).toHaveLength(1);
  }, 20_000);

  test("is open five times at most for one user, and again where one was left", async () => {
    const { user, id } = await newOrder();
    const streams = await Promise.all(Array.from({ length: 5 }, () => follow(user, id)));
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const sixth = await call("GET", `/v1/orders/${id}/events`, { token: user.token });
    expect([sixth.status, sixth.body.type.split("/").at(-1), sixth.body.limit]).toEqual([409, "limit-reached", 5]);
    streams[0]?.leave();
    const next = await eventually(async () => {
      const stream = await follow(user, id);
      return stream.status === 200 && stream;
    });
    for (const stream of [...streams, next]) stream.leave();
  });

  test("is for the order's own user; a bad Last-Event-ID is refused; HEAD opens nothing", async () => {
    const { user, id } = await newOrder();
    const stranger = await newUser();
    const path = `/v1/orders/${id}/events`;
    expect((await call("GET", path, { token: stranger.token })).status).toBe(404);
    const bad = await call("GET", path, { token: user.token, headers: { "Last-Event-ID": "x" } });
    expect([bad.status, bad.body.type.split("/").at(-1)]).toEqual([400, "header-invalid"]);
    for (let times = 0; times < 6; times++) {
      const head = await call("HEAD", path, { token: user.token });
      expect([head.status, head.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
    }
  });

  test("by many streams of an instance is one statement a second", async () => {
    const { deps } = await openShop();
    let statements = 0;
    const counting: Deps["databases"] = {
      ...deps.databases,
      of: (service) => {
        statements++;
        return deps.databases.of(service);
      },
    };
    const instance = startInstance(deps.config);
    const counted: Deps = { ...deps, instance, databases: counting };
    const place = () => ({ userId: randomUUID(), orderId: randomUUID(), after: 0 });
    const oneStream = async () => {
      for (let tick = 0; tick < 2; tick++) {
        await nextTick(counted);
        await coalesced(instance.lanes, counted, newSteps, place());
      }
    };
    await Promise.all(Array.from({ length: 300 }, oneStream));
    expect(statements).toBe(2);
  });
});
