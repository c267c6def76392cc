import { afterEach, describe, expect, test } from "bun:test";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../local/ports.ts";
import { eventually } from "../support/client.ts";
import { openShop } from "../support/shop.ts";
import { openLogs } from "./fleet-behind-balancer.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

describe.skipIf(process.platform !== "linux")("INSTANCES=2", () => {
  test("two processes answer at one port, and each line of their logs says which", async () => {
    const { answered } = await startTwo();
    await eventually(async () => (await answered()).size === 2);
    expect(await answered()).toEqual(new Set(["1", "2"]));
  }, 30_000);

  test("where one is killed the other answers, and it comes back", async () => {
    const { parent, port, answered } = await startTwo();
    await eventually(async () => (await answered()).size === 2);
    const before = childrenOf(parent.pid);
    const [killed = 0, left = 0] = before;
    process.kill(killed, "SIGKILL");
    await eventually(async () => !childrenOf(parent.pid).includes(killed));
    expect(await heard(port)).toBe(200);
    const after = await eventually(async () => childrenOf(parent.pid).length === 2 && childrenOf(parent.pid));
    expect(after).toContain(left);
    expect(after).not.toContain(killed);
    const since = Date.now();
    await eventually(async () => (await answered(since)).size === 2);
  }, 30_000);

  test("SIGTERM drains both: both serve on, then all end in peace", async () => {
    const { parent, port } = await startTwo();
    const children = childrenOf(parent.pid);
    parent.kill("SIGTERM");
    await Bun.sleep(300);
    for (let nth = 0; nth < 10; nth++) expect(await heard(port, "/readyz")).toBe(503);
    expect(await heard(port)).toBe(200);
    expect(await parent.exited).toBe(0);
    expect(children.filter(isAlive)).toEqual([]);
  }, 30_000);

  test("kill -9 of their parent leaves no orphan", async () => {
    const { parent } = await startTwo();
    const children = childrenOf(parent.pid);
    expect(children).toHaveLength(2);
    parent.kill("SIGKILL");
    await eventually(async () => !children.some(isAlive), 3_000);
  }, 30_000);
});

async function startTwo() {
  const { env } = await openShop();
  const port = await freePort();
  const home = openLogs();
  closing.push(() => rmSync(home, { recursive: true, force: true }));
  const logFile = join(home, "logs", "server.log");
  const log = Bun.file(logFile);
  await Bun.write(log, "");
  const parent = Bun.spawn([process.execPath, "--no-env-file", "--no-orphans", "src/bun.ts"], {
    env: { ...env, PORT: String(port), INSTANCES: "2", LOG_LEVEL: "info" },
    stdio: ["ignore", log, log],
  });
  closing.push(async () => {
    parent.kill("SIGKILL");
    await parent.exited;
  });
  const lines = () =>
    readFileSync(logFile, "utf8")
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as { at: string; message: string; instance: string });
  await eventually(async () => lines().filter(({ message }) => message === "listening").length === 2, 20_000);
  /** Which instances have answered since then: asks once more, over a connection of its own. */
  const answered = async (since = 0): Promise<Set<string>> => {
    await heard(port);
    const requests = lines().filter(({ message, at }) => message === "request" && Date.parse(at) > since);
    return new Set(requests.map(({ instance }) => instance));
  };
  return { parent, port, answered };
}

async function heard(port: number, path = "/healthz"): Promise<number> {
  return (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { Connection: "close" } })).status;
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
