// A closed loop of HTTP requests, as a process of its own: reads its task from stdin, prints a report when it is over.
import { type HttpConnection, openConnection } from "./http-connection.ts";

export interface Task {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** One head and one body of these, chosen at random, make a request. A head ends before its last header. */
  readonly heads: readonly string[];
  /** Each begins with the headers that depend on it and the empty line. */
  readonly bodies: readonly string[];
  /** Where given, each request has an Idempotency-Key of its own that begins so. */
  readonly keyPrefix: string | null;
}

export interface Report {
  /** How many answers had which status; what was under way at the end was waited for and counts. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of one core. */
  readonly cpuShare: number;
}

const task: Task = await Bun.stdin.json();
let sent = 0;
console.log(JSON.stringify(await run()));

async function run(): Promise<Report> {
  const statuses: Record<string, number> = {};
  const latencies: number[] = [];
  const failed = Promise.withResolvers<never>();
  const clients = await Promise.all(
    Array.from({ length: task.connections }, () => openClient(statuses, latencies, failed.reject)),
  );
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const deadline = startedAt + task.seconds * 1000;
  await Promise.race([failed.promise, Promise.all(clients.map((client) => client.runUntil(deadline)))]);
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(before);
  for (const client of clients) client.close();
  latencies.sort((a, b) => a - b);
  const quantile = (share: number) => latencies[Math.floor(share * (latencies.length - 1))] ?? 0;
  return { statuses, seconds, p50Ms: quantile(0.5), p99Ms: quantile(0.99), cpuShare: (user + system) / 1e6 / seconds };
}

async function openClient(statuses: Record<string, number>, latencies: number[], fail: (error: Error) => void) {
  let sentAt = 0;
  let deadline = 0;
  let over: () => void = () => undefined;
  const next = () => {
    sentAt = performance.now();
    if (sentAt >= deadline) return over();
    connection.send(newRequest());
  };
  const onAnswer = (status: number) => {
    latencies.push(performance.now() - sentAt);
    statuses[status] = (statuses[status] ?? 0) + 1;
    next();
  };
  const connection: HttpConnection = await openConnection(task.port, onAnswer, fail);
  return {
    close: connection.close,
    runUntil: (end: number) =>
      new Promise<void>((resolve) => {
        deadline = end;
        over = resolve;
        next();
      }),
  };
}

function newRequest(): string {
  const key = task.keyPrefix === null ? "" : `Idempotency-Key: ${task.keyPrefix}${++sent}\r\n`;
  return oneOf(task.heads) + key + oneOf(task.bodies);
}

function oneOf(texts: readonly string[]): string {
  return texts[Math.floor(Math.random() * texts.length)] ?? "";
}
