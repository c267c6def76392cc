import { readFileSync } from "node:fs";
import type { Shop } from "../loadtests/lab/shop.ts";
import { atLeast, atMost, type Bench, type Outcome, reported } from "./comparison.ts";
import { jsonRequest } from "./shop/json-request.ts";
import { type Server, withServer } from "./shop/server.ts";

const linesOfAll = 200_000;
const linesOfQuick = 10_000;
const rateGoal = 5_000;
/** Above what the server held before: a file held whole would be a multiple of it. */
const memoryGoal = 200;
/** Sent first: the server's code and buffers are then in memory. */
const warmUpLines = 5_000;
const sampleMs = 100;
const pieceLines = 200;

/** A file of products sent to a server as a stream, and once more: how fast, and how much memory it takes. */
export async function imports({ shop: open, seconds, say }: Bench): Promise<Outcome> {
  const shop = await open();
  const lines = seconds < 4 ? linesOfQuick : linesOfAll;
  return withServer(shop, {}, async (server) => {
    const admin = { email: "admin@headroom.local", password: "headroom-admin" };
    const { accessToken: token } = await jsonRequest<Session>(`${shop.url}/v1/sessions`, { body: admin });
    await send(shop, server, token, { from: lines, to: lines + warmUpLines });
    const first = await send(shop, server, token, { from: 0, to: lines });
    say(`  new: ${first.said}`);
    const again = await send(shop, server, token, { from: 0, to: lines });
    say(`  again: ${again.said}`);
    return {
      results: [
        atLeast("import: new products", first.perSecond, "products/s", rateGoal),
        atLeast("import: the same again", again.perSecond, "products/s", rateGoal),
        reported("import: file", first.megabytes, "MB"),
        reported("import: memory before", first.beforeMb, "MB"),
        reported("import: peak memory", Math.max(first.peakMb, again.peakMb), "MB"),
        atMost("import: peak above before", Math.max(first.peakMb, again.peakMb) - first.beforeMb, "MB", memoryGoal),
      ],
      distrust: [
        ...(first.report.created === lines ? [] : [`new: ${JSON.stringify(first.report)}`]),
        ...(again.report.unchanged === lines ? [] : [`again: ${JSON.stringify(again.report)}`]),
      ],
    };
  });
}

interface Session {
  readonly accessToken: string;
}

interface Report {
  readonly created: number;
  readonly unchanged: number;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

async function send(shop: Shop, server: Server, token: string, { from, to }: Range) {
  const beforeMb = residentMb(server);
  let peakMb = beforeMb;
  const sampling = setInterval(() => {
    peakMb = Math.max(peakMb, residentMb(server));
  }, sampleMs);
  let bytes = 0;
  let next = from;
  const body = new ReadableStream<Uint8Array>({
    pull: (stream) => {
      if (next >= to) return stream.close();
      const piece = new TextEncoder().encode(pieceOf(next, Math.min(to, next + pieceLines)));
      next += pieceLines;
      bytes += piece.byteLength;
      stream.enqueue(piece);
    },
  });
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/x-ndjson" };
  const startedAt = performance.now();
  const answer = await fetch(`${shop.url}/v1/products/imports`, { method: "POST", headers, body });
  const report = (await answer.json()) as Report;
  const seconds = (performance.now() - startedAt) / 1000;
  clearInterval(sampling);
  const megabytes = bytes / 1e6;
  const perSecond = (to - from) / seconds;
  const said = `${to - from} lines, ${megabytes.toFixed(0)} MB, in ${seconds.toFixed(1)} s; ${peakMb.toFixed(0)} MB at most`;
  return { report, perSecond, megabytes, beforeMb, peakMb, said };
}

function pieceOf(from: number, to: number): string {
  let text = "";
  for (let n = from; n < to; n++) text += `${JSON.stringify(product(n))}\n`;
  return text;
}

function product(n: number) {
  return {
    slug: `imported-${n}`,
    name: `Imported Thing ${n}`,
    description: `The ${n}th of many things: plain, sturdy and packed flat. It comes with all that it needs.`,
    category: `imported-${n % 50}`,
    variants: [{ sku: `IMPORT-${n}`, name: "One", price: { amount: 100 + (n % 900), currency: "USD" } }],
    metadata: { batch: "bench" },
  };
}

/** The process's resident memory. */
function residentMb({ pid }: Server): number {
  const [, kilobytes = "0"] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}
