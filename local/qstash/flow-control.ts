import type { Database } from "bun:sqlite";
import type { MessageOptions } from "./message.ts";

/** How many deliveries of each key began in its running period; lost, harmlessly, with the process. */
export type RateWindows = Map<string, { startedAt: number; count: number }>;

export type FlowControl = {
  key: string;
  /** 0: no limit, as is a rate of 0. */
  parallelism: number;
  rate: number;
  /** Seconds. */
  period: number;
  paused: number;
  pinned_parallelism: number;
  pinned_rate: number;
};

/** The newest message of a key sets its limits, but for those that are pinned. */
export function setLimits(db: Database, message: MessageOptions): void {
  if (!message.flowControlKey) return;
  db.query(
    `INSERT INTO flow_controls (key, parallelism, rate, period) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (key) DO UPDATE SET
       parallelism = iif(pinned_parallelism, parallelism, ?2),
       rate = iif(pinned_rate, rate, ?3),
       period = iif(pinned_rate, period, ?4)`,
  ).run(message.flowControlKey, message.parallelism ?? 0, message.rate ?? 0, message.period ?? 1);
}

export function flowControl(db: Database, key: string): FlowControl | undefined {
  return db.query<FlowControl, [string]>("SELECT * FROM flow_controls WHERE key = ?").get(key) ?? undefined;
}

export function listFlowControls(db: Database): FlowControl[] {
  return db.query<FlowControl, []>("SELECT * FROM flow_controls ORDER BY key").all();
}

export function pauseFlow(db: Database, key: string, paused: boolean): void {
  db.query("INSERT INTO flow_controls (key, paused) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET paused = ?2").run(
    key,
    paused ? 1 : 0,
  );
}

/** Fixes limits against those that later messages bring. */
export function pinFlow(
  db: Database,
  key: string,
  limits: Pick<MessageOptions, "parallelism" | "rate" | "period">,
): void {
  const { parallelism = null, rate = null, period = null } = limits;
  db.query("INSERT INTO flow_controls (key) VALUES (?) ON CONFLICT (key) DO NOTHING").run(key);
  db.query(
    `UPDATE flow_controls SET
       parallelism = coalesce(?2, parallelism), pinned_parallelism = pinned_parallelism OR ?2 IS NOT NULL,
       rate = coalesce(?3, rate), period = coalesce(?4, period), pinned_rate = pinned_rate OR ?3 IS NOT NULL
     WHERE key = ?1`,
  ).run(key, parallelism, rate, period);
}

export function unpinFlow(db: Database, key: string, which: { parallelism: boolean; rate: boolean }): void {
  db.query(
    `UPDATE flow_controls SET pinned_parallelism = iif(?2, 0, pinned_parallelism), pinned_rate = iif(?3, 0, pinned_rate)
     WHERE key = ?1`,
  ).run(key, which.parallelism ? 1 : 0, which.rate ? 1 : 0);
}

/** How many deliveries of this key may begin now: what parallelism and the rest of the period leave. */
export function room(db: Database, windows: RateWindows, flow: FlowControl, now: number): number {
  if (flow.paused) return 0;
  const parallel = flow.parallelism > 0 ? flow.parallelism - active(db, flow.key) : Number.POSITIVE_INFINITY;
  const rated = flow.rate > 0 ? flow.rate - currentWindow(windows, flow, now).count : Number.POSITIVE_INFINITY;
  return Math.max(0, Math.min(parallel, rated));
}

export function countDelivery(windows: RateWindows, flow: FlowControl, now: number): void {
  if (flow.rate > 0) currentWindow(windows, flow, now).count++;
}

/** When the periods of the keys that used up their rate end; undefined when none did. */
export function nextPeriodAt(db: Database, windows: RateWindows, now: number): number | undefined {
  let soonest: number | undefined;
  for (const [key, window] of windows) {
    const flow = flowControl(db, key);
    const endsAt = window.startedAt + (flow?.period ?? 0) * 1000;
    if (!flow || endsAt <= now) windows.delete(key);
    else if (window.count >= flow.rate && endsAt < (soonest ?? Number.POSITIVE_INFINITY)) soonest = endsAt;
  }
  return soonest;
}

/** What `GET /v2/flowControl/<key>` shows. */
export function describeFlow(db: Database, windows: RateWindows, flow: FlowControl, now: number): object {
  const window = currentWindow(windows, flow, now);
  return {
    flowControlKey: flow.key,
    waitListSize: waiting(db, flow.key, now),
    parallelismMax: flow.parallelism,
    parallelismCount: active(db, flow.key),
    rateMax: flow.rate,
    rateCount: window.count,
    ratePeriod: flow.period,
    ratePeriodStart: Math.floor(window.startedAt / 1000),
    isPaused: flow.paused === 1,
    isPinnedParallelism: flow.pinned_parallelism === 1,
    isPinnedRate: flow.pinned_rate === 1,
  };
}

function currentWindow(windows: RateWindows, flow: FlowControl, now: number): { startedAt: number; count: number } {
  const known = windows.get(flow.key);
  if (known && now < known.startedAt + flow.period * 1000) return known;
  const fresh = { startedAt: now, count: 0 };
  windows.set(flow.key, fresh);
  return fresh;
}

function active(db: Database, key: string): number {
  const row = db
    .query<{ n: number }, [string]>("SELECT count(*) AS n FROM messages WHERE flow_key = ? AND state <> 'ready'")
    .get(key);
  return row?.n ?? 0;
}

function waiting(db: Database, key: string, now: number): number {
  const row = db
    .query<{ n: number }, [string, number]>(
      "SELECT count(*) AS n FROM messages WHERE flow_key = ? AND state = 'ready' AND visible_at <= ?",
    )
    .get(key, now);
  return row?.n ?? 0;
}
