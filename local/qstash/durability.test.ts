import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clientOf, startDestination, token, until } from "./test-bench.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe("a dispatcher killed with kill -9", () => {
  test("delivers every message it accepted once it runs again", async () => {
    const home = newHome();
    const destination = newDestination();
    let down = true;
    destination.answer("/work", () => new Response("", { status: down ? 503 : 200 }));
    const first = await start(home);
    const client = clientOf(first.url);
    const accepted: string[] = [];
    const publishing = Array.from({ length: 8 }, async () => {
      for (;;) {
        const batch = Array.from({ length: 10 }, () => ({ url: destination.to("/work"), retryDelay: "300" }));
        const answers = await client.batchJSON(batch).catch(() => []);
        if (answers.length === 0) return;
        for (const answer of answers) if ("messageId" in answer) accepted.push(answer.messageId);
      }
    });
    await until(() => accepted.length >= 300);
    first.child.kill("SIGKILL");
    await Promise.all(publishing);
    const failedBefore = destination.at("/work").length;
    down = false;

    await start(home);
    const delivered = () =>
      new Set(
        destination
          .at("/work")
          .slice(failedBefore)
          .map((delivery) => delivery.headers.get("upstash-message-id")),
      );
    await until(() => accepted.every((id) => delivered().has(id)));
    expect(delivered().size).toBeGreaterThanOrEqual(300);
  });

  test("in the middle of an attempt sends it once more under the same id", async () => {
    const home = newHome();
    const destination = newDestination();
    destination.answer("/interrupted", (delivery) =>
      Bun.sleep(destination.at("/interrupted").indexOf(delivery) === 0 ? 1000 : 0).then(() => new Response()),
    );
    const first = await start(home);
    const { messageId } = await clientOf(first.url).publishJSON({ url: destination.to("/interrupted") });
    await destination.arrived("/interrupted");
    first.child.kill("SIGKILL");
    await first.child.exited;
    await start(home);
    const deliveries = await destination.arrived("/interrupted", 2);
    expect(deliveries.map((one) => one.headers.get("upstash-message-id"))).toEqual([messageId, messageId]);
    expect(deliveries.map((one) => one.headers.get("upstash-retried"))).toEqual(["0", "0"]);
  });
});

describe("the program", () => {
  test("is taken for the official development server: default token, default keys", async () => {
    const { url } = await start(newHome(), {});
    const developmentToken = "eyJVc2VySUQiOiJkZWZhdWx0VXNlciIsIlBhc3N3b3JkIjoiZGVmYXVsdFBhc3N3b3JkIn0=";
    const response = await fetch(`${url}/v2/keys`, { headers: { Authorization: `Bearer ${developmentToken}` } });
    expect(await response.json()).toEqual({
      current: "sig_7kYjw48mhY7kAjqNGcy6cr29RJ6r",
      next: "sig_5ZB6DVzB1wjE8S6rZ7eenA8Pdnhs",
    });
  });

  test.each(["SIGTERM", "SIGINT", "end of stdin"])("ends cleanly on %s", async (how) => {
    const { child } = await start(newHome());
    if (how === "end of stdin") await child.stdin.end();
    else child.kill(how === "SIGINT" ? "SIGINT" : "SIGTERM");
    expect(await child.exited).toBe(0);
  });
});

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), "qstash-"));
  cleanups.push(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

function newDestination() {
  const destination = startDestination();
  cleanups.push(destination.close);
  return destination;
}

/** The real program as a child, once it says where it listens. */
async function start(home: string, env: Record<string, string> = { QSTASH_TOKEN: token }) {
  const child = Bun.spawn([process.execPath, "--no-env-file", join(import.meta.dir, "main.ts")], {
    env: { PORT: "0", HEADROOM_HOME: home, ...env },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  cleanups.push(async () => {
    child.kill("SIGKILL");
    await child.exited;
  });
  let said = "";
  for await (const chunk of child.stdout) {
    said += new TextDecoder().decode(chunk);
    if (said.includes("\n")) break;
  }
  const url = /^READY (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(said)?.[1];
  if (!url) throw new Error(`expected one READY line, got: ${said}`);
  return { child, url };
}
