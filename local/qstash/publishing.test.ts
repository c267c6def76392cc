import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Receiver } from "@upstash/qstash";
import { type Bench, clientOf, keys, startBench, token } from "./test-bench.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

const receiver = new Receiver({ currentSigningKey: keys.currentKey, nextSigningKey: keys.nextKey, devMode: false });

describe("a published message", () => {
  test("arrives byte for byte with its headers and a signature over body and URL", async () => {
    const { messageId } = await bench.client.publish({
      url: bench.to("/orders/1?y=1&z=a%20b%2Fc"),
      body: '{ "price": "12,50 €" }',
      method: "PUT",
      headers: { "Content-Type": "application/json", "X-Shop": "berlin" },
    });
    const [delivery] = await bench.arrived("/orders/1?y=1&z=a%20b%2Fc");
    expect(delivery.method).toBe("PUT");
    expect(delivery.body).toBe('{ "price": "12,50 €" }');
    expect(delivery.headers.get("content-type")).toBe("application/json");
    expect(delivery.headers.get("x-shop")).toBe("berlin");
    expect(delivery.headers.get("user-agent")).toBe("Upstash-QStash");
    expect(delivery.headers.get("upstash-message-id")).toBe(messageId);
    expect(delivery.headers.get("upstash-retried")).toBe("0");
    const signature = delivery.headers.get("upstash-signature") ?? "";
    const url = bench.to("/orders/1?y=1&z=a%20b%2Fc");
    expect(await receiver.verify({ signature, body: delivery.body, url })).toBe(true);
    expect(receiver.verify({ signature, body: `${delivery.body} `, url })).rejects.toThrow("body hash");
    expect(receiver.verify({ signature, body: delivery.body, url: `${url}&more` })).rejects.toThrow("subject");
  });

  test("is gone from the messages once it is delivered", async () => {
    const { messageId } = await bench.client.publishJSON({ url: bench.to("/gone"), body: { a: 1 } });
    await bench.arrived("/gone");
    await Bun.sleep(50);
    expect(bench.client.messages.get(messageId)).rejects.toThrow("not found");
  });

  test("waits for its delay, and shows what it is meanwhile", async () => {
    const published = Date.now();
    const { messageId } = await bench.client.publishJSON({
      url: bench.to("/delayed"),
      body: { late: true },
      delay: 1,
      label: "slow",
    });
    const waiting = await bench.client.messages.get(messageId);
    expect(waiting.body).toBe('{"late":true}');
    expect(waiting.labels).toEqual(["slow"]);
    expect(waiting.notBefore).toBeGreaterThanOrEqual(published + 1000);
    const [delivery] = await bench.arrived("/delayed");
    expect(delivery.at - published).toBeGreaterThanOrEqual(1000);
    expect(delivery.at - published).toBeLessThan(4000);
  });

  test("can be configured by query parameters, which the destination does not see", async () => {
    const url = `${bench.url}/v2/publish/${bench.to("/hook?a=1")}&qstash_token=${token}&upstash-forward-x-from=stripe`;
    const response = await fetch(url, { method: "POST", body: "raw" });
    expect(response.status).toBe(200);
    const [delivery] = await bench.arrived("/hook?a=1");
    expect(delivery.headers.get("x-from")).toBe("stripe");
  });
});

describe("a batch", () => {
  test("publishes each of its messages and answers in their order", async () => {
    const items = Array.from({ length: 150 }, (_, n) => ({ url: bench.to("/batch"), body: { n } }));
    const answers = await bench.client.batchJSON(items);
    expect(answers).toHaveLength(150);
    const deliveries = await bench.arrived("/batch", 150);
    const byId = new Map(deliveries.map((one) => [one.headers.get("upstash-message-id"), one.body]));
    answers.forEach((answer, n) => {
      expect(byId.get("messageId" in answer ? answer.messageId : "")).toBe(`{"n":${n}}`);
    });
  });

  test("with one impossible item is refused as a whole", async () => {
    const items = [
      { url: bench.to("/refused-batch") },
      { url: bench.to("/refused-batch"), retryDelay: "process.exit()" },
    ];
    expect(bench.client.batch(items)).rejects.toThrow("retry-delay");
    await Bun.sleep(100);
    expect(bench.at("/refused-batch")).toHaveLength(0);
  });
});

describe("deduplication", () => {
  test("of an id delivers once and answers 202 with the first message's id", async () => {
    const publish = () =>
      fetch(`${bench.url}/v2/publish/${bench.to("/once")}`, {
        method: "POST",
        headers: { Authorization: `Bearer ${token}`, "Upstash-Deduplication-Id": "order-7" },
      });
    const [first, second] = [await publish(), await publish()];
    expect([first.status, second.status]).toEqual([200, 202]);
    expect(await second.json()).toEqual({ ...Object(await first.json()), deduplicated: true });
    await Bun.sleep(100);
    expect(bench.at("/once")).toHaveLength(1);
  });

  test("by content tells other bodies and other destinations apart", async () => {
    const publish = async (path: string, body: string) => {
      const answer = await bench.client.publish({ url: bench.to(path), body, contentBasedDeduplication: true });
      return answer.deduplicated ?? false;
    };
    expect(await publish("/content", "a")).toBe(false);
    expect(await publish("/content", "a")).toBe(true);
    expect(await publish("/content", "b")).toBe(false);
    expect(await publish("/other-content", "a")).toBe(false);
  });
});

describe("a URL group", () => {
  test("gets one message an endpoint", async () => {
    const endpoints = [{ url: bench.to("/group-a"), name: "a" }, { url: bench.to("/group-b") }];
    await bench.client.urlGroups.addEndpoints({ name: "everyone", endpoints });
    const answers = await bench.client.publishJSON({ urlGroup: "everyone", body: { hi: true } });
    expect(answers.map((answer) => answer.url)).toEqual([bench.to("/group-a"), bench.to("/group-b")]);
    const [a] = await bench.arrived("/group-a");
    await bench.arrived("/group-b");
    expect(a.headers.get("upstash-topic-name")).toBe("everyone");
    await bench.client.urlGroups.removeEndpoints({ name: "everyone", endpoints: [{ name: "a" }] });
    const group = await bench.client.urlGroups.get("everyone");
    expect(group.endpoints).toEqual([{ url: bench.to("/group-b") }]);
    await bench.client.urlGroups.delete("everyone");
    expect(bench.client.publishJSON({ urlGroup: "everyone" })).rejects.toThrow("everyone");
  });
});

describe("a queue", () => {
  test("keeps its order, and the next message waits for the retries and callbacks of the one before", async () => {
    let failures = 1;
    bench.answer("/fifo", () => new Response("", { status: failures-- > 0 ? 500 : 200 }));
    let callbackEnded = 0;
    bench.answer("/fifo-callback", async () => {
      await Bun.sleep(100);
      callbackEnded = Date.now();
      return new Response();
    });
    const queue = bench.client.queue({ queueName: "fifo" });
    await queue.enqueueJSON({
      url: bench.to("/fifo"),
      body: 1,
      retryDelay: "100",
      failureCallback: bench.to("/unused"),
      callback: bench.to("/fifo-callback"),
    });
    await queue.enqueueJSON({ url: bench.to("/fifo"), body: 2 });
    await queue.enqueueJSON({ url: bench.to("/fifo"), body: 3 });
    const deliveries = await bench.arrived("/fifo", 4);
    expect(deliveries.map((delivery) => delivery.body)).toEqual(["1", "1", "2", "3"]);
    expect(deliveries[2]?.at).toBeGreaterThanOrEqual(callbackEnded);
    expect(callbackEnded).toBeGreaterThan(0);
  });

  test("delivers as many at once as its parallelism says, and nothing while it is paused", async () => {
    const load = countConcurrency("/parallel");
    const queue = bench.client.queue({ queueName: "parallel" });
    await queue.upsert({ parallelism: 2, paused: true });
    for (let n = 0; n < 6; n++) await queue.enqueueJSON({ url: bench.to("/parallel"), body: n });
    await Bun.sleep(50);
    expect(bench.at("/parallel")).toHaveLength(0);
    expect((await queue.get()).lag).toBe(6);
    await queue.resume();
    await bench.arrived("/parallel", 6);
    expect(load.most()).toBe(2);
  });
});

describe("flow control", () => {
  test("limits parallel deliveries and the rate of a key without losing any", async () => {
    const load = countConcurrency("/flow");
    const flowControl = { key: "tenant-1", parallelism: 3, rate: 5, period: "1s" as const };
    await bench.client.batchJSON(Array.from({ length: 8 }, () => ({ url: bench.to("/flow"), flowControl })));
    const deliveries = await bench.arrived("/flow", 8);
    expect(load.most()).toBeLessThanOrEqual(3);
    const firstAt = deliveries[0].at;
    expect(deliveries.filter((delivery) => delivery.at < firstAt + 900).length).toBeLessThanOrEqual(5);
    const shown = await bench.client.flowControl.get("tenant-1");
    expect(shown).toMatchObject({ parallelismMax: 3, rateMax: 5, ratePeriod: 1, isPaused: false });
  });
});

describe("a request that cannot be served", () => {
  test("is refused with the reason", async () => {
    expect(clientOf(bench.url, "wrong").publish({ url: bench.to("/x") })).rejects.toThrow("unauthorized");
    expect(bench.client.publish({ url: "no-such-group" })).rejects.toThrow("no-such-group");
    expect(bench.client.publish({ url: bench.to("/x"), delay: "1y" as "1d" })).rejects.toThrow("upstash-delay");
    const body = "x".repeat(10 * 1_048_576 + 1);
    expect(bench.client.publish({ url: bench.to("/x"), body })).rejects.toThrow("at most");
    await Bun.sleep(50);
    expect(bench.at("/x")).toHaveLength(0);
  });
});

function countConcurrency(path: string): { most: () => number } {
  let now = 0;
  let most = 0;
  bench.answer(path, async () => {
    most = Math.max(most, ++now);
    await Bun.sleep(30);
    now--;
    return new Response();
  });
  return { most: () => most };
}
