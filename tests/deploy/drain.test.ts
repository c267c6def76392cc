import { afterEach, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { freePort } from "../../local/ports.ts";
import { eventually, newProduct, newUser } from "../support/client.ts";
import { openShop } from "../support/shop.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

describe("an instance that is asked to end", () => {
  test("by SIGTERM, says so, serves on until a balancer has noticed, and ends in peace", async () => {
    const { url, process } = await startServer();
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const begun = Date.now();
    process.kill("SIGTERM");
    const refusal = await eventually(async () => {
      const answer = await fetch(`${url}/readyz`);
      return answer.status === 503 && answer;
    }, 1_900);
    expect(((await refusal.json()) as { type: string }).type).toEndWith("/problems/draining");
    while (Date.now() - begun < 1_500) {
      const answer = await fetch(`${url}/v1/products?limit=1`);
      expect([answer.status, answer.headers.get("connection")]).toEqual([200, "close"]);
      await Bun.sleep(100);
    }
    expect(await process.exited).toBe(0);
    expect(Date.now() - begun).toBeLessThan(10_000);
  }, 30_000);

  test("answers what it had begun, though it listens no more", async () => {
    const { url, process } = await startServer();
    const [{ token }, [sku = ""]] = await Promise.all([newUser(), newProduct(5)]);
    const body = JSON.stringify({ lines: [{ sku, quantity: 1 }] });
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    let answer = "";
    socket.on("data", (bytes) => {
      answer += bytes.toString();
    });
    const head = [
      "POST /v1/orders HTTP/1.1",
      "Host: shop",
      `Authorization: Bearer ${token}`,
      `Idempotency-Key: ${randomUUID()}`,
      "Content-Type: application/json",
      `Content-Length: ${body.length}`,
    ];
    socket.write(`${head.join("\r\n")}\r\n\r\n${body.slice(0, 10)}`);
    await Bun.sleep(200);
    process.kill("SIGTERM");
    await eventually(
      () =>
        fetch(`${url}/healthz`).then(
          () => false,
          () => true,
        ),
      5_000,
    );
    socket.write(body.slice(10));
    expect(await process.exited).toBe(0);
    expect(answer).toStartWith("HTTP/1.1 201");
  }, 30_000);

  test("by Ctrl-C, waits for no balancer", async () => {
    const { process } = await startServer();
    const begun = Date.now();
    process.kill("SIGINT");
    process.kill("SIGINT"); // as npm does
    expect(await process.exited).toBe(0);
    expect(Date.now() - begun).toBeLessThan(1_900);
  }, 30_000);

  test("ends at once when it is asked again", async () => {
    const { process } = await startServer();
    process.kill("SIGTERM");
    await Bun.sleep(1_200);
    process.kill("SIGTERM");
    expect(await process.exited).toBe(1);
  }, 30_000);
});

async function startServer() {
  const [{ env }, port] = [await openShop(), await freePort()];
  const process = Bun.spawn([globalThis.process.execPath, "--no-env-file", "--no-orphans", "src/bun.ts"], {
    env: { ...env, PORT: String(port), LOG_LEVEL: "warn" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const url = `http://127.0.0.1:${port}`;
  closing.push(() => process.kill("SIGKILL"));
  await eventually(
    () =>
      fetch(`${url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    20_000,
  );
  return { url, process };
}
