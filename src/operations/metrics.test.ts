import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { openShop, openTestDeps } from "../../tests/support/shop.ts";
import { app } from "../app.ts";
import type { Deps } from "../platform/deps.ts";
import { watchProcess } from "../process-figures.ts";

let deps: Deps & { readonly close: () => Promise<void> };
let monitor: Record<string, string>;
beforeAll(async () => {
  const { config } = await openShop();
  deps = { ...openTestDeps({ ...config, INSTANCE: "2" }), processFigures: watchProcess() };
  monitor = { Authorization: `Bearer ${config.METRICS_TOKEN}` };
});
afterAll(() => deps.close());

const ask = (path: string, init: RequestInit = {}) => app.request(path, init, deps);

/** What /metrics says: by name and labels, in the order in which Prometheus' format writes them. */
async function scrape(): Promise<Map<string, number>> {
  const text = await (await ask("/metrics", { headers: monitor })).text();
  const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    samples.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
}

describe("/metrics", () => {
  test("is for whoever has the monitor's token, and is not there where there is no process", async () => {
    expect((await ask("/metrics", { headers: monitor })).headers.get("content-type")).toStartWith(
      "text/plain; version=0.0.4",
    );
    for (const Authorization of ["", "Bearer another", "Bearer "]) {
      const refused = await ask("/metrics", { headers: { Authorization } });
      expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="headroom"']);
    }
    const { processFigures: _, ...atTheEdge } = deps;
    expect((await app.request("/metrics", { headers: monitor }, atTheEdge)).status).toBe(404);
  });

  test("counts requests by route template, method and status, and how long they took", async () => {
    const labels = 'process="2",method="GET",route="/v1/orders/:id"';
    const before = await scrape();
    for (let n = 0; n < 3; n++) await ask(`/v1/orders/${randomUUID()}`);
    await ask(`/nowhere/${randomUUID()}`);
    await ask("/v1/products", { method: "PURGE" });
    const after = await scrape();
    const grown = (sample: string) => (after.get(sample) ?? 0) - (before.get(sample) ?? 0);
    expect(grown(`http_requests_total{${labels},status="401"}`)).toBe(3);
    expect(grown(`http_request_duration_seconds_count{${labels}}`)).toBe(3);
    expect(grown(`http_request_duration_seconds_bucket{${labels},le="+Inf"}`)).toBe(3);
    expect(grown(`http_request_duration_seconds_sum{${labels}}`)).toBeGreaterThan(0);
    expect(grown('http_requests_total{process="2",method="GET",route="none",status="404"}')).toBe(1);
    expect(grown('http_requests_total{process="2",method="other",route="none",status="405"}')).toBe(1);
    const buckets = [...after].filter(([name]) => name.startsWith(`http_request_duration_seconds_bucket{${labels}`));
    const counts = buckets.map(([, count]) => count);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    // The scrape itself.
    expect(after.get('http_requests_in_flight{process="2"}')).toBe(1);
  });

  test("says how the process is: its CPU time, its memory, and that its event loop was held up", async () => {
    const before = await scrape();
    await Bun.sleep(300);
    for (const start = Date.now(); Date.now() - start < 600; );
    const after = await scrape();
    const of = (name: string, at = after) => at.get(`${name}{process="2"}`) ?? 0;
    expect(of("process_cpu_seconds_total")).toBeGreaterThan(of("process_cpu_seconds_total", before));
    expect(of("process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
    expect(of("process_heap_bytes")).toBeGreaterThan(1_000_000);
    expect(of("process_start_time_seconds")).toBeWithin(Date.now() / 1000 - 3_600, Date.now() / 1000);
    expect(of("process_event_loop_lag_seconds")).toBeGreaterThan(0.2);
    expect(after.get('http_open_streams{process="2"}')).toBe(0);
  });
});
