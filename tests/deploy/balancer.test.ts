import { afterEach, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { type Balancer, startBalancer } from "../../loadtests/lab/balancer.ts";
import { freePort } from "../../local/ports.ts";
import { balancerIsMissing, openLogs } from "./fleet-behind-balancer.ts";
import { type KeptConnection, keepConnection } from "./kept-connection.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

describe.skipIf(balancerIsMissing())("the balancer", () => {
  test("tells instances the client's address, and nothing that a client says of itself", async () => {
    const url = await balance(echo().port);
    const headers = {
      "X-Forwarded-For": "6.6.6.6, 7.7.7.7",
      "Headroom-Hop": "a.forged.hop",
      "X-Request-Id": "mine-1234",
    };
    const heard = (await (await fetch(`${url}/`, { headers })).json()) as Record<string, string>;
    expect(heard["x-forwarded-for"]).toBe("127.0.0.1");
    expect(heard["headroom-hop"]).toBeUndefined();
    expect(heard["x-request-id"]).toBe("mine-1234");
  });

  test("sends elsewhere what an instance that is gone never got", async () => {
    const [gone, other] = [echo(), echo()];
    const url = await balance(gone.port, other.port);
    await gone.stop(true);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => fetch(`${url}/`, { method: "POST", body: "{}" })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  test("never sends a second time what an instance took without an answer", async () => {
    const taken: string[] = [];
    const [one, other] = [await takesAndDies(taken), await takesAndDies(taken)];
    const url = await balance(one, other);
    const answer = await fetch(`${url}/v1/orders`, { method: "POST", body: "{}", keepalive: false });
    expect(await problemIn(answer)).toEqual({ status: 502, type: "about:blank", retryAfter: null });
    await Bun.sleep(200);
    expect(taken).toHaveLength(1);
  });

  test("says when to come again where there is no instance", async () => {
    const only = echo();
    const url = await balance(only.port);
    await only.stop(true);
    const answer = await fetch(`${url}/v1/products`);
    expect(await problemIn(answer)).toEqual({ status: 503, type: "/problems/overloaded", retryAfter: "1" });
  });

  test("sends nothing more to an instance that drains, well before that listens no more", async () => {
    const [draining, other] = [echo(), echo()];
    const url = await balance(draining.port, other.port);
    const begun = Date.now();
    draining.drain();
    let last = begun;
    while (Date.now() - begun < 2_500) {
      const answer = await fetch(`${url}/`);
      if (answer.headers.get("port") === String(draining.port)) last = Date.now();
      await Bun.sleep(5);
    }
    // src/drain.ts serves on for 2 s.
    expect(last - begun).toBeLessThan(1_500);
  });

  test("is reloaded under clients that keep their connections: each hears of the end in an answer, then opens another", async () => {
    const { url, pid } = await open([echo().port], true);
    const kept = Array.from({ length: 8 }, () => keepConnection(url));
    closing.push(() => kept.map(({ close }) => close()));
    const untilClosed = kept.map(sendUntilClosed);
    await Bun.sleep(200);
    process.kill(pid, "SIGUSR2");
    const before = (await Promise.all(untilClosed)).flat();
    const after = await Promise.all(kept.map(({ send }) => send("GET", "/", new Headers(), "")));
    expect(new Set(before)).toEqual(new Set([200]));
    expect(after.map(({ status, headers }) => [status, headers.get("connection")])).toEqual(
      kept.map(() => [200, null]),
    );
  });
});

async function balance(...ports: number[]): Promise<string> {
  return (await open(ports)).url;
}

async function open(ports: readonly number[], reloadable = false): Promise<Balancer> {
  const home = openLogs();
  closing.push(() => rmSync(home, { recursive: true, force: true }));
  const balancer = await startBalancer(await freePort(), ports, home, {}, reloadable);
  closing.push(balancer.stop);
  return balancer;
}

/** Sends one request after the other until the balancer says that it closes the connection. Answers their statuses. */
async function sendUntilClosed({ send }: KeptConnection): Promise<number[]> {
  const statuses: number[] = [];
  for (const begun = Date.now(); Date.now() - begun < 5_000; await Bun.sleep(10)) {
    const { status, headers } = await send("GET", "/", new Headers(), "");
    statuses.push(status);
    if (headers.get("connection") === "close") return statuses;
  }
  throw new Error("Nobody announced the end of the connection.");
}

async function problemIn(answer: Response) {
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  const { type, status } = (await answer.json()) as { type: string; status: number };
  expect(status).toBe(answer.status);
  return { status, type, retryAfter: answer.headers.get("retry-after") };
}

/** An instance that answers with the headers it got. */
function echo() {
  let isReady = true;
  const server: Bun.Server<undefined> = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) =>
      new URL(request.url).pathname === "/readyz" && !isReady
        ? new Response("draining", { status: 503 })
        : Response.json(Object.fromEntries(request.headers), { headers: { port: String(server.port) } }),
  });
  closing.push(() => server.stop(true));
  const drain = () => {
    isReady = false;
  };
  return { port: Number(server.port), drain, stop: (now: boolean) => server.stop(now) };
}

/** An instance that is ready, and breaks the connection over any other request. */
async function takesAndDies(taken: string[]): Promise<number> {
  const server: Server = createServer((socket) => {
    socket
      .on("error", () => undefined)
      .on("data", (bytes) => {
        if (bytes.toString().startsWith("GET /readyz")) {
          socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
          return;
        }
        taken.push(bytes.toString());
        socket.destroy();
      });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  closing.push(() => server.close());
  return port;
}
