import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@upstash/qstash";
import { startDispatcher } from "./dispatcher.ts";

export const keys = { currentKey: "sig_current", nextKey: "sig_next" };
export const token = "test-token";

type Delivery = { at: number; path: string; method: string; headers: Headers; body: string };
export type Bench = Awaited<ReturnType<typeof startBench>>;

/** A dispatcher with a home of its own, the official client, and a destination that records what it gets. */
export async function startBench() {
  const home = mkdtempSync(join(tmpdir(), "qstash-"));
  const dispatcher = await startDispatcher({ port: 0, home, token, ...keys });
  const destination = startDestination();
  return {
    ...destination,
    url: dispatcher.url,
    client: clientOf(dispatcher.url),
    async stop() {
      await dispatcher.stop();
      await destination.close();
      rmSync(home, { recursive: true });
    },
  };
}

export function clientOf(url: string, withToken = token): Client {
  return new Client({ baseUrl: url, token: withToken, devMode: false, retry: false, enableTelemetry: false });
}

/** Answers by path (default 200) and remembers every request. */
export function startDestination() {
  const deliveries: Delivery[] = [];
  const answers = new Map<string, (delivery: Delivery) => Response | Promise<Response>>();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const url = new URL(request.url);
      const path = url.pathname + url.search;
      const delivery = { at: Date.now(), path, method: request.method, headers: request.headers, body: "" };
      delivery.body = await request.text();
      deliveries.push(delivery);
      return (await answers.get(url.pathname)?.(delivery)) ?? new Response("ok");
    },
  });
  return {
    /** The full URL of a path of the destination. */
    to: (path: string) => `http://127.0.0.1:${server.port}${path}`,
    answer: (path: string, how: (delivery: Delivery) => Response | Promise<Response>) => answers.set(path, how),
    at: (path: string) => deliveries.filter((delivery) => delivery.path === path),
    /** The deliveries at a path once there are `count`; fails after five seconds. */
    async arrived(path: string, count = 1): Promise<[Delivery, ...Delivery[]]> {
      await until(() => deliveries.filter((delivery) => delivery.path === path).length >= count);
      const [first, ...others] = deliveries.filter((delivery) => delivery.path === path);
      if (!first) throw new Error(`nothing arrived at ${path}`);
      return [first, ...others];
    },
    close: () => server.stop(true),
  };
}

/** Waits until the condition holds; fails after five seconds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("waited five seconds in vain");
    await Bun.sleep(5);
  }
}
