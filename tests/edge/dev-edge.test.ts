import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeEnvFile } from "../../local/env-file.ts";
import { takeHome } from "../../local/home-lock.ts";
import { freePort } from "../../local/ports.ts";
import { jobs } from "../../src/jobs.ts";
import { openQueue } from "../../src/platform/queue.ts";
import { eventually } from "../support/client.ts";
import { openShop } from "../support/shop.ts";

test("beside a running server it leaves the queue as it found it", async () => {
  const { env, config } = await openShop();
  const home = mkdtempSync(join(tmpdir(), "headroom-dev-edge-"));
  mkdirSync(join(home, "logs"));
  // As `npm start` would: this process holds the home whose cloud the Worker borrows.
  expect(takeHome(home, "npm start").isOurs).toBe(true);
  writeEnvFile(join(home, "env"), env);
  const port = String(await freePort());
  const ofServer = `${config.PUBLIC_URL}/internal/jobs/relay-sweep`;
  await openQueue(config).schedule("of-the-server", "0 0 1 1 *", ofServer);
  const destinations = async () => {
    const headers = { Authorization: `Bearer ${config.QSTASH_TOKEN}` };
    const listed = (await (await fetch(`${config.QSTASH_URL}/v2/schedules`, { headers })).json()) as Scheduled[];
    return listed.map(({ destination }) => destination).toSorted();
  };
  const before = await destinations();
  const edge = Bun.spawn([process.execPath, "--no-env-file", join(import.meta.dir, "../../local/edge.ts")], {
    env: { PATH: Bun.env.PATH, HEADROOM_HOME: home, PORT: port },
    stdout: "pipe",
    stderr: "inherit",
  });
  try {
    const ofWorker = Object.keys(jobs).map((name) => `http://127.0.0.1:${port}/internal/jobs/${name}`);
    await eventually(async () => (await destinations()).length === before.length + ofWorker.length, 60_000);
    expect(await destinations()).toEqual([...before, ...ofWorker].toSorted());
    edge.kill("SIGTERM");
    expect(await edge.exited).toBe(0);
    expect(await new Response(edge.stdout).text()).toContain("Headroom has stopped.");
    expect(await destinations()).toEqual(before);
    expect(before).toContain(ofServer);
  } finally {
    edge.kill("SIGKILL");
    rmSync(home, { recursive: true, force: true });
  }
}, 90_000);

interface Scheduled {
  readonly destination: string;
}
