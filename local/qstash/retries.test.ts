import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Bench, startBench, until } from "./test-bench.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

describe("a destination that fails", () => {
  test("is tried again with the message's own backoff, the same id and a counted retry", async () => {
    let failures = 2;
    bench.answer("/flaky", () => new Response("", { status: failures-- > 0 ? 503 : 200 }));
    const { messageId } = await bench.client.publishJSON({
      url: bench.to("/flaky"),
      body: { a: 1 },
      retryDelay: "pow(3, retried) * 100",
    });
    const [first, second, third] = await bench.arrived("/flaky", 3);
    const all = [first, second, third];
    expect(all.map((one) => one?.headers.get("upstash-message-id"))).toEqual([messageId, messageId, messageId]);
    expect(all.map((one) => one?.headers.get("upstash-retried"))).toEqual(["0", "1", "2"]);
    expect((second?.at ?? 0) - first.at).toBeWithin(100, 3000);
    expect((third?.at ?? 0) - (second?.at ?? 0)).toBeWithin(300, 3000);
    await until(async () => (await statesOf(messageId))[0] === "DELIVERED");
    expect((await statesOf(messageId)).toReversed()).toEqual([
      ...["CREATED", "ACTIVE", "RETRY", "ACTIVE", "RETRY", "ACTIVE", "DELIVERED"],
    ]);
  });

  test("decides itself when the next attempt comes, by Retry-After", async () => {
    let failures = 1;
    bench.answer(
      "/busy",
      () => new Response("", { status: failures-- > 0 ? 429 : 200, headers: { "Retry-After": "0" } }),
    );
    await bench.client.publishJSON({ url: bench.to("/busy"), retryDelay: "60000" });
    const [first, second] = await bench.arrived("/busy", 2);
    expect((second?.at ?? 0) - first.at).toBeLessThan(3000);
  });

  test("until no retry is left makes the message a dead letter and tells the failure callback", async () => {
    bench.answer("/broken", () => new Response("out of paper", { status: 500, headers: { "X-Reason": "paper" } }));
    const { messageId } = await bench.client.publishJSON({
      url: bench.to("/broken"),
      body: { print: "me" },
      retries: 1,
      retryDelay: "10",
      failureCallback: bench.to("/failures"),
    });
    const [notice] = await bench.arrived("/failures");
    const callback = JSON.parse(notice.body);
    expect(callback).toMatchObject({ status: 500, retried: 1, maxRetries: 1, sourceMessageId: messageId });
    expect(atob(callback.body)).toBe("out of paper");
    expect(atob(callback.sourceBody)).toBe('{"print":"me"}');
    expect(callback.header["x-reason"]).toEqual(["paper"]);
    expect(notice.headers.get("upstash-message-id")).not.toBe(messageId);
    expect(bench.at("/broken")).toHaveLength(2);
    const { messages } = await bench.client.dlq.listMessages({ filter: { messageId } });
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatchObject({ dlqId: callback.dlqId, responseStatus: 500, responseBody: "out of paper" });
  });

  test("by answering 489 with the header ends all retries; 489 alone does not", async () => {
    bench.answer("/never", () => new Response("", { status: 489, headers: { "Upstash-NonRetryable-Error": "true" } }));
    bench.answer("/perhaps", () => new Response("", { status: 489 }));
    await bench.client.publishJSON({ url: bench.to("/never"), retries: 3, retryDelay: "10" });
    await bench.client.publishJSON({ url: bench.to("/perhaps"), retries: 1, retryDelay: "10" });
    await bench.arrived("/perhaps", 2);
    await until(async () => (await deadAt("/never")).length === 1);
    expect(bench.at("/never")).toHaveLength(1);
  });

  test("by not answering in time fails the attempt", async () => {
    bench.answer("/slow", () => Bun.sleep(3000).then(() => new Response()));
    await bench.client.publishJSON({ url: bench.to("/slow"), retries: 0, timeout: 1 });
    await until(async () => (await deadAt("/slow")).length === 1);
    expect((await deadAt("/slow"))[0]?.responseStatus).toBeUndefined();
  });
});

describe("a dead letter", () => {
  test("can be delivered after all, as a new message, and is then no dead letter", async () => {
    let repaired = false;
    bench.answer("/repaired", () => new Response("", { status: repaired ? 200 : 500 }));
    const { messageId } = await bench.client.publishJSON({ url: bench.to("/repaired"), body: { n: 1 }, retries: 0 });
    await until(async () => (await deadAt("/repaired")).length === 1);
    repaired = true;
    const [dead] = await deadAt("/repaired");
    const { responses } = await bench.client.dlq.retry(dead?.dlqId ?? "");
    const [, again] = await bench.arrived("/repaired", 2);
    expect(again?.body).toBe('{"n":1}');
    expect(again?.headers.get("upstash-message-id")).toBe(responses[0]?.messageId ?? "none");
    expect(responses[0]?.messageId).not.toBe(messageId);
    expect(await deadAt("/repaired")).toHaveLength(0);
  });

  test("can be deleted, one or all that match", async () => {
    bench.answer("/junk", () => new Response("", { status: 500 }));
    await bench.client.batchJSON([1, 2, 3].map((n) => ({ url: bench.to("/junk"), retries: 0, body: n })));
    await until(async () => (await deadAt("/junk")).length === 3);
    const [one] = await deadAt("/junk");
    await bench.client.dlq.delete(one?.dlqId ?? "");
    expect(await bench.client.dlq.delete({ filter: { url: bench.to("/junk") } })).toMatchObject({ deleted: 2 });
    expect(await deadAt("/junk")).toHaveLength(0);
    expect(bench.client.dlq.delete(one?.dlqId ?? "")).rejects.toThrow("not found");
  });
});

describe("a callback", () => {
  test("gets the response of every attempt, with its own headers", async () => {
    let failures = 1;
    bench.answer("/work", () => new Response("done", { status: failures-- > 0 ? 500 : 201 }));
    await bench.client.publishJSON({
      url: bench.to("/work"),
      retryDelay: "10",
      callback: bench.to("/answers"),
      headers: { "Upstash-Callback-Forward-X-Job": "42" },
    });
    const notices = await bench.arrived("/answers", 2);
    expect(notices.map((notice) => JSON.parse(notice.body).status)).toEqual([500, 201]);
    expect(atob(JSON.parse(notices[1]?.body ?? "").body)).toBe("done");
    expect(notices[0].headers.get("x-job")).toBe("42");
    expect(bench.at("/work")[0]?.headers.get("x-job")).toBeNull();
  });
});

async function statesOf(messageId: string): Promise<string[]> {
  const { logs } = await bench.client.logs({ filter: { messageId } });
  return logs.map((log) => log.state);
}

async function deadAt(path: string) {
  const { messages } = await bench.client.dlq.listMessages({ filter: { url: bench.to(path) } });
  return messages;
}
