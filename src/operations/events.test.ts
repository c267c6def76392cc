import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  appOf,
  bring,
  type EventServer,
  post,
  startEventServer,
  stockChanged,
  subscribe,
  type World,
  writes,
} from "../../tests/support/event-world.ts";
import type { NewEvent } from "../contracts/events.ts";
import type { Subscriptions } from "../platform/events/consumer.ts";
import { listDead, replayDead } from "../platform/events/dead.ts";
import { type Inbox, recordedOnce } from "../platform/events/inbox.ts";
import { relayOnce } from "../platform/events/relay.ts";
import type { QueueMessage } from "../platform/queue.ts";

let server: EventServer;
beforeAll(async () => {
  server = await startEventServer();
}, 60_000);
afterAll(() => server.close(), 60_000);

describe("a delivery of events", () => {
  test("takes effect once, however often and however many at once it comes", async () => {
    const { world, subscriptions, messages } = await told(
      [stockChanged("a"), stockChanged("b")],
      [writes("catalog.hint")],
    );
    const app = appOf(subscriptions);
    const often = Array.from({ length: 10 }, () => messages).flat();
    expect(new Set(await bring(world, app, often))).toEqual(new Set([204]));
    expect(await bring(world, app, messages)).toEqual([204]);
    expect(await world.effects()).toEqual(["catalog.hint a", "catalog.hint b"]);
    await world.close();
  });

  test("takes effect twice without the inbox (control)", async () => {
    const { world, subscriptions, messages } = await told([stockChanged("a")], [writes("catalog.hint")]);
    const forgetful: Inbox = {
      record: async (tx, due) => {
        await recordedOnce.record(tx, due);
        return due;
      },
      missing: async (_sql, due) => due,
    };
    const app = appOf(subscriptions, forgetful);
    expect(await bring(world, app, [...messages, ...messages])).toEqual([204, 204]);
    expect(await world.effects()).toEqual(["catalog.hint a", "catalog.hint a"]);
    await world.close();
  });

  test("lets two consumers have their effects where a third fails, which has its own when it can", async () => {
    const refuses = new Set(["a"]);
    const consumers = [writes("catalog.one"), writes("catalog.two", refuses), writes("catalog.three")];
    const { world, subscriptions, messages } = await told([stockChanged("a")], consumers);
    const app = appOf(subscriptions);
    expect(await bring(world, app, messages)).toEqual([500]);
    expect(await world.effects()).toEqual(["catalog.one a", "catalog.three a"]);
    refuses.clear();
    expect(await bring(world, app, messages)).toEqual([204]);
    expect(await world.effects()).toEqual(["catalog.one a", "catalog.three a", "catalog.two a"]);
    await world.close();
  });

  test("with one poisonous event does the others, names it, buries it, and replays it once it is curable", async () => {
    const refuses = new Set(["poison"]);
    const events = [stockChanged("a"), stockChanged("poison"), stockChanged("b")];
    const { world, subscriptions, messages } = await told(events, [writes("catalog.hint", refuses)]);
    const app = appOf(subscriptions);
    const [message] = messages;
    const poison = JSON.parse(message?.body ?? "").events[1].id;
    const answer = await post(world, app, message?.url ?? "", message?.body ?? "");
    const problem = (await answer.json()) as { failed: string[] };
    expect(answer.status).toBe(500);
    expect(problem.failed).toEqual([poison]);
    expect(await world.effects()).toEqual(["catalog.hint a", "catalog.hint b"]);

    await giveUp(world, app, message, problem);
    await giveUp(world, app, message, problem);
    const dead = await listDead(world.scope, 10);
    expect(dead).toMatchObject([{ eventId: poison, type: "stock.changed", consumer: "catalog.hint", attempts: 6 }]);
    expect(dead[0]?.lastError).toBe("catalog.hint cannot take poison");

    const id = dead[0]?.id ?? "";
    expect(await replayDead(world.scope, subscriptions, "orders", id)).toBe("unknown");
    expect(await replayDead(world.scope, subscriptions, "catalog", id)).toBe("failed");
    expect(await listDead(world.scope, 10)).toMatchObject([{ id, attempts: 7 }]);
    refuses.clear();
    expect(await replayDead(world.scope, subscriptions, "catalog", id)).toBe("done");
    expect(await world.effects()).toEqual(["catalog.hint a", "catalog.hint b", "catalog.hint poison"]);
    expect(await listDead(world.scope, 10)).toEqual([]);
    expect(await replayDead(world.scope, subscriptions, "catalog", id)).toBe("unknown");
    // The queue's own last try, late, changes nothing.
    expect(await bring(world, app, messages)).toEqual([204]);
    expect(await world.effects()).toHaveLength(3);
    await world.close();
  });

  test("buries for each consumer apart, and not what was done", async () => {
    const consumers = [writes("catalog.one"), writes("catalog.two", new Set(["a"]))];
    const { world, subscriptions, messages } = await told([stockChanged("a")], consumers);
    const app = appOf(subscriptions);
    await bring(world, app, messages);
    await giveUp(world, app, messages[0], {});
    expect(await listDead(world.scope, 10)).toMatchObject([{ consumer: "catalog.two" }]);
    await world.close();
  });

  test("replays only what has no inbox row", async () => {
    const { world, subscriptions, messages } = await told([stockChanged("a")], [writes("catalog.hint")]);
    const app = appOf(subscriptions);
    // The queue gave up while the delivery was still at work.
    await giveUp(world, app, messages[0], {});
    const [dead] = await listDead(world.scope, 10);
    await bring(world, app, messages);
    expect(await listDead(world.scope, 10)).toEqual([]);
    expect(await replayDead(world.scope, subscriptions, "catalog", dead?.id ?? "")).toBe("done");
    expect(await world.effects()).toEqual(["catalog.hint a"]);
    await world.close();
  });

  test("sends each mail once while all goes well, and again only what failed", async () => {
    const sent: string[] = [];
    const refuses = new Set(["b"]);
    const { world, subscriptions, messages } = await told(
      [stockChanged("a"), stockChanged("b")],
      [
        {
          service: "notifications",
          name: "notifications.mail",
          send: async (scope, event) => {
            if (refuses.has(event.key)) throw new Error("the mailbox is away");
            sent.push(`${event.key} ${scope.traceparent === event.traceparent}`);
          },
        },
      ],
    );
    const app = appOf(subscriptions);
    expect(await bring(world, app, messages)).toEqual([500]);
    expect(sent).toEqual(["a true"]);
    refuses.clear();
    expect(await bring(world, app, messages)).toEqual([204]);
    expect(await bring(world, app, messages)).toEqual([204]);
    expect(sent).toEqual(["a true", "b true"]);
    await world.close();
  });

  test("refuses alone what is too old to be remembered, what nobody here knows and what is not its type's data", async () => {
    const { world, subscriptions, messages } = await told([stockChanged("a")], [writes("catalog.hint")]);
    const [message] = messages;
    const [good] = JSON.parse(message?.body ?? "").events;
    const events = [
      good,
      { ...good, id: "018f0000-0000-7000-8000-000000000001" },
      { ...good, id: "01a20000-0000-4000-8000-000000000002" },
      { ...good, id: good.id.replace(/.$/, "x").replace("x", good.id.endsWith("0") ? "1" : "0"), type: "moon.rose" },
      { ...good, id: good.id.replace(/^(.{19})./, "$1a").replace(/..$/, "77"), data: { sku: 5 } },
    ];
    const answer = await post(world, appOf(subscriptions), message?.url ?? "", JSON.stringify({ events }));
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({ failed: events.slice(1).map(({ id }) => id) });
    expect(await world.effects()).toEqual(["catalog.hint a"]);
    await world.close();
  });

  test("tells what the effects told further, and runs what follows only after the commit", async () => {
    const after: string[] = [];
    const woken: string[] = [];
    const { world, subscriptions, messages } = await told(
      [stockChanged("a")],
      [
        {
          ...writes("catalog.hint"),
          afterwards: async (_scope, events) => {
            after.push(...events.map(({ key }) => key), ...(await world.effects()));
            throw new Error("the cache is away");
          },
        },
      ],
    );
    const deps = { ...world.deps, relay: { wake: ({ name }: { name: string }) => void woken.push(name) } };
    expect(await bring({ ...world, deps }, appOf(subscriptions), messages)).toEqual([204]);
    expect(await bring({ ...world, deps }, appOf(subscriptions), messages)).toEqual([204]);
    expect(after).toEqual(["a", "catalog.hint a"]);
    expect(woken).toEqual(["main", "main"]);
    await world.close();
  });

  test("is refused without a signature, for another path and unreadable", async () => {
    const world = await server.open();
    const app = appOf(subscribe({}));
    const unsigned = await app.request("/v1/events/orders", { method: "POST", body: "{}" }, world.deps);
    expect(unsigned.status).toBe(401);
    expect(await unsigned.json()).toMatchObject({ type: expect.stringMatching(/signature-invalid$/) });
    for (const body of ["", "{", "{}", '{"events":[]}', '{"events":[{"id":"x"}]}']) {
      const answer = await post(world, app, "http://h/v1/events/orders", body);
      expect([answer.status, answer.headers.get("upstash-nonretryable-error")]).toEqual([489, "true"]);
      expect((await post(world, app, "http://h/v1/events/orders/failures", body)).status).toBe(489);
    }
    expect((await post(world, app, "http://h/v1/events/nobody", "{}")).status).toBe(404);
    await world.close();
  });

  test("waits as long as the queue's own backoff while the database is away", async () => {
    const { world, subscriptions, messages } = await told([stockChanged("a")], [writes("catalog.hint")]);
    await world.sql.end();
    const answer = await appOf(subscriptions).request(
      "/v1/events/catalog",
      { method: "POST", body: messages[0]?.body, headers: { "upstash-signature": "signed", "upstash-retried": "3" } },
      world.deps,
    );
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "216"]);
  });
});

describe("a job", () => {
  test("runs when the queue says so, and for nobody else", async () => {
    const world = await server.open();
    let ran = 0;
    const app = appOf(subscribe({}), undefined, { tidy: { cron: "* * * * *", run: async () => void ran++ } });
    expect((await post(world, app, "http://h/internal/jobs/tidy", "")).status).toBe(204);
    expect((await app.request("/internal/jobs/tidy", { method: "POST" }, world.deps)).status).toBe(401);
    expect((await post(world, app, "http://h/internal/jobs/toString", "")).status).toBe(404);
    expect(ran).toBe(1);
    await world.close();
  });
});

/** Events that were told, and the messages in which the relay published them. */
async function told(
  events: NewEvent[],
  consumers: Subscriptions["stock.changed"],
): Promise<{ world: World; subscriptions: Subscriptions; messages: QueueMessage[] }> {
  const world = await server.open();
  const subscriptions = subscribe({ "stock.changed": consumers });
  await world.tell(...events);
  await relayOnce(world.deps, world.database, subscriptions);
  return { world, subscriptions, messages: world.queue.messages };
}

/** The queue's failure callback after its last try, which was answered with this problem. */
async function giveUp(
  world: World,
  app: ReturnType<typeof appOf>,
  message: QueueMessage | undefined,
  problem: object,
): Promise<void> {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const callback = {
    status: 500,
    header: {},
    body: base64(JSON.stringify(problem)),
    retried: 5,
    maxRetries: 5,
    sourceMessageId: "msg_1",
    sourceBody: base64(message?.body ?? ""),
    url: message?.url,
  };
  const answer = await post(world, app, message?.failureUrl ?? "", JSON.stringify(callback));
  expect(answer.status).toBe(204);
}
