import { type Context, Hono } from "hono";
import * as v from "valibot";
import type { Deps, ProcessFigures } from "../platform/deps.ts";
import { sameText } from "../platform/hash.ts";
import type { AppEnv } from "../platform/http/app-env.ts";
import { documentPage } from "../platform/http/document.ts";
import { bucketBounds, httpFigures } from "../platform/http-figures.ts";
import { heldBy } from "../platform/open-streams.ts";
import { Problem } from "../shared/errors.ts";
import { counter, gauge, histogram, type Labels, type Metric, prometheusText } from "./prometheus.ts";

/** For a monitor, which presents METRICS_TOKEN. Workers have no process to look at: 404. */
export const metrics = new Hono<AppEnv>().get(
  "/metrics",
  documentPage({
    summary: "Figures of this process for Prometheus",
    tag: "operations",
    content: { "text/plain": v.string() },
    problems: ["unauthenticated", "not-found"],
  }),
  (c) => {
    const { processFigures, config } = c.env;
    if (processFigures === undefined) throw new Problem("not-found", "There is no process to measure here.");
    requireToken(c);
    const text = prometheusText([...ofProcess(processFigures()), ...ofHttp(c.env)], instanceLabel(config.INSTANCE));
    return c.body(text, 200, { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" });
  },
);

function requireToken(c: Context<AppEnv>): void {
  const [, token = ""] = /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
  if (sameText(token, c.env.config.METRICS_TOKEN)) return;
  throw new Problem("unauthenticated", "Send Authorization: Bearer <METRICS_TOKEN>.");
}

/** Processes that share a port (INSTANCES) are told apart: a scrape meets any one of them. */
function instanceLabel(instance: string | undefined): Labels {
  return instance === undefined ? {} : { process: instance };
}

function ofProcess({ startedAt, cpuSeconds, residentBytes, heapBytes, eventLoopLagSeconds }: ProcessFigures): Metric[] {
  return [
    gauge("process_start_time_seconds", "When the process started, in seconds since 1970.", startedAt),
    counter("process_cpu_seconds_total", "CPU time of all its threads.", [{ labels: {}, value: cpuSeconds }]),
    gauge("process_resident_memory_bytes", "Memory in RAM.", residentBytes),
    gauge("process_heap_bytes", "JavaScript objects.", heapBytes),
    gauge(
      "process_event_loop_lag_seconds",
      "How late the event loop ran what was due, at worst in the last 15 s.",
      eventLoopLagSeconds,
    ),
  ];
}

function ofHttp({ instance }: Deps): Metric[] {
  const { routes, inFlight } = httpFigures(instance);
  const rows = [...routes.values()];
  return [
    gauge("http_requests_in_flight", "Requests that are being answered.", inFlight),
    gauge("http_open_streams", "Order streams that are open.", heldBy(instance).streams),
    counter(
      "http_requests_total",
      "Answered requests by method, route and status.",
      rows.flatMap(({ method, route, requests }) =>
        [...requests].map(([status, value]) => ({ labels: { method, route, status: String(status) }, value })),
      ),
    ),
    histogram(
      "http_request_duration_seconds",
      "From the request to the head of its answer.",
      bucketBounds,
      rows.map(({ method, route, buckets, seconds }) => ({ labels: { method, route }, buckets, sum: seconds })),
    ),
  ];
}
