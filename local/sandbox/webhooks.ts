import type { Database } from "bun:sqlite";
import { Webhook } from "standardwebhooks";
import { type Alarm, startAlarm } from "./alarm.ts";

type Pending = { id: string; url: string; body: string; attempts: number };

const attemptsMax = 20; // over about 8 minutes
const inFlightMax = 50;
const timeoutMs = 10_000;

/** Notes a webhook in the transaction of what it tells of. */
export function addWebhook(database: Database, url: string, type: string, data: object): void {
  const body = JSON.stringify({ type, timestamp: new Date().toISOString(), data });
  database
    .query("insert into webhooks (id, url, body, attempts, dueAt) values (?, ?, ?, 0, ?)")
    .run(`msg_${Bun.randomUUIDv7().replaceAll("-", "")}`, url, body, Date.now());
}

/** Delivers webhooks when they are due; to be woken after one was added. */
export function startWebhooks(database: Database, secret: string): Alarm {
  const signer = new Webhook(secret);
  let inFlight = 0;
  database.run("update webhooks set dueAt = min(dueAt, unixepoch() * 1000)"); // what was in flight when we last died
  const alarm = startAlarm(() => {
    for (const pending of claimDue(database, inFlightMax - inFlight)) {
      inFlight++;
      void deliver(database, signer, pending).finally(() => {
        inFlight--;
        alarm.wake();
      });
    }
    return inFlight < inFlightMax ? nextDue(database) : null;
  });
  return alarm;
}

function claimDue(database: Database, limit: number): Pending[] {
  const now = Date.now();
  return database
    .query<Pending, [number, number, number]>(
      `update webhooks set attempts = attempts + 1, dueAt = ?
       where id in (select id from webhooks where dueAt <= ? order by dueAt limit ?) returning id, url, body, attempts`,
    )
    .all(now + timeoutMs + 5_000, now, limit);
}

/** The id stays over all attempts, timestamp and signature are new each time (standardwebhooks.com). */
async function deliver(database: Database, signer: Webhook, { id, url, body, attempts }: Pending): Promise<void> {
  const now = new Date();
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
    "webhook-signature": signer.sign(id, now, body),
  };
  const signal = AbortSignal.timeout(timeoutMs);
  const isDelivered = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal }).then(
    async (response) => {
      await response.body?.cancel();
      return response.ok;
    },
    () => false,
  );
  if (isDelivered) database.query("delete from webhooks where id = ?").run(id);
  else {
    const delayMs = Math.min(250 * 2 ** attempts, 30_000);
    const dueAt = attempts < attemptsMax ? Date.now() + delayMs : null; // null: given up, kept to be seen
    database.query("update webhooks set dueAt = ? where id = ?").run(dueAt, id);
  }
}

function nextDue(database: Database): number | null {
  return database.query<{ at: number | null }, []>("select min(dueAt) at from webhooks").get()?.at ?? null;
}
