import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Receiver } from "@upstash/qstash";
import * as v from "valibot";
import { type Bench, keys, startBench, token, until } from "./test-bench.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

describe("a message that is cancelled", () => {
  test("is not delivered, one or many", async () => {
    const { messageId } = await bench.client.publishJSON({ url: bench.to("/cancelled"), delay: 1 });
    const [other] = await bench.client.batchJSON([{ url: bench.to("/cancelled"), delay: 1, label: "bulk" }]);
    expect(await bench.client.messages.cancel(messageId)).toEqual({ cancelled: 1 });
    expect(await bench.client.messages.cancel({ filter: { label: "bulk" } })).toEqual({ cancelled: 1 });
    expect(bench.client.messages.cancel(messageId)).rejects.toThrow("not found");
    expect(other).toBeDefined();
    await Bun.sleep(1200);
    expect(bench.at("/cancelled")).toHaveLength(0);
    const { logs } = await bench.client.logs({ filter: { messageId } });
    expect(logs.map((log) => `${log.state}`)).toEqual(["CANCELLED", "CANCEL_REQUESTED", "CREATED"]);
  });

  test("while an attempt is under way is not retried", async () => {
    bench.answer("/too-late", () => Bun.sleep(150).then(() => new Response("", { status: 500 })));
    const { messageId } = await bench.client.publishJSON({ url: bench.to("/too-late"), retryDelay: "10" });
    await bench.arrived("/too-late");
    await bench.client.messages.cancel(messageId);
    await Bun.sleep(400);
    expect(bench.at("/too-late")).toHaveLength(1);
    const { messages } = await bench.client.dlq.listMessages({ filter: { messageId } });
    expect(messages).toHaveLength(0);
  });
});

describe("a schedule", () => {
  test("publishes at its times until it is deleted", async () => {
    const { scheduleId } = await bench.client.schedules.create({
      destination: bench.to("/every-second"),
      cron: "* * * * * *",
      scheduleId: "every-second",
      body: '{"tick":true}',
      retries: 2,
    });
    const [first, second] = await bench.arrived("/every-second", 2);
    expect(first.headers.get("upstash-schedule-id")).toBe(scheduleId);
    expect(first.body).toBe('{"tick":true}');
    expect(first.headers.get("upstash-message-id")).not.toBe(second?.headers.get("upstash-message-id") ?? null);
    expect(await bench.client.schedules.get(scheduleId)).toMatchObject({ cron: "* * * * * *", retries: 2 });
    await bench.client.schedules.delete(scheduleId);
    const fired = bench.at("/every-second").length;
    await Bun.sleep(1200);
    expect(bench.at("/every-second").length).toBe(fired);
  });

  test("of the same id replaces the one before; a paused one has no turn until it resumes", async () => {
    const create = (cron: string) =>
      bench.client.schedules.create({ destination: bench.to("/nightly"), cron, scheduleId: "nightly" });
    await create("CRON_TZ=Europe/Berlin 0 3 * * *");
    await create("* * * * *");
    await bench.client.schedules.pause({ schedule: "nightly" });
    const all = await bench.client.schedules.list();
    expect(all.filter((one) => one.scheduleId === "nightly")).toHaveLength(1);
    const paused = await bench.client.schedules.get("nightly");
    expect(paused).toMatchObject({ cron: "* * * * *", isPaused: true, destination: bench.to("/nightly") });
    await bench.client.schedules.resume({ schedule: "nightly" });
    const resumed = await bench.client.schedules.get("nightly");
    expect(resumed.isPaused).toBe(false);
    expect((resumed.nextScheduleTime ?? 0) % 60_000).toBe(0);
    expect(resumed.nextScheduleTime).toBeWithin(Date.now(), Date.now() + 60_001);
    expect(create("61 * * * *")).rejects.toThrow("invalid cron");
  });
});

describe("the signing keys", () => {
  test("rotate: a receiver with the old pair still accepts by its next key, and later with the new pair", async () => {
    const old = new Receiver({ currentSigningKey: keys.currentKey, nextSigningKey: keys.nextKey, devMode: false });
    const rotation = await fetch(`${bench.url}/v2/keys/rotate`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}` },
    });
    const pair = v.parse(v.object({ current: v.string(), next: v.string() }), await rotation.json());
    expect(pair.current).toBe(keys.nextKey);
    const rotated = new Receiver({ currentSigningKey: pair.current, nextSigningKey: pair.next, devMode: false });
    await bench.client.publish({ url: bench.to("/rotated"), body: "x" });
    const [delivery] = await bench.arrived("/rotated");
    const request = {
      signature: delivery.headers.get("upstash-signature") ?? "",
      body: "x",
      url: bench.to("/rotated"),
    };
    expect(await old.verify(request)).toBe(true);
    expect(await rotated.verify(request)).toBe(true);
    const stranger = new Receiver({ currentSigningKey: "sig_a", nextSigningKey: "sig_b", devMode: false });
    expect(stranger.verify(request)).rejects.toThrow("signature");
  });
});

describe("the logs", () => {
  test("come newest first, by page and by condition", async () => {
    await bench.client.batchJSON(Array.from({ length: 3 }, () => ({ url: bench.to("/logged"), label: "logged" })));
    const delivered = { label: "logged", state: "DELIVERED" as const };
    await until(async () => (await bench.client.logs({ filter: delivered })).logs.length === 3);
    const first = await bench.client.logs({ filter: { label: "logged", count: 5 } });
    const second = await bench.client.logs({ filter: { label: "logged", count: 5 }, cursor: first.cursor });
    expect([first.logs.length, second.logs.length, second.cursor]).toEqual([5, 4, undefined]);
    const times = [...first.logs, ...second.logs].map((log) => log.time);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  });
});

describe("redaction", () => {
  test("hides a body from the API, not from the destination", async () => {
    const { messageId } = await bench.client.publish({
      url: bench.to("/secret"),
      body: "password",
      delay: 1,
      redact: { body: true },
    });
    expect((await bench.client.messages.get(messageId)).body).toMatch(/^REDACTED:[0-9a-f]{64}$/);
    const [delivery] = await bench.arrived("/secret");
    expect(delivery.body).toBe("password");
  });
});
