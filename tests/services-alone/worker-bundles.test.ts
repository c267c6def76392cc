import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { bundleWorker, bytesMax, deployments } from "../../local/edge/bundle.ts";
import { pool } from "../support/client.ts";

const folder = mkdtempSync(join(tmpdir(), "headroom-bundles-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("every Worker, of all services, of one or of none, runs by the same rules of the runtime", async () => {
  const configurations = await Promise.all(
    deployments().map(async (file) => Bun.TOML.parse(await Bun.file(file).text())),
  );
  const rules = configurations.map((of) => Object.entries(of).filter(([name]) => name.startsWith("compatibility_")));
  expect(rules.map((its) => its.map(([name]) => name))).toEqual(Array(9).fill(["compatibility_date"]));
  expect(new Set(rules.map((its) => JSON.stringify(its))).size).toBe(1);
});

test("every Worker, of all services, of one or of none, is the same program within its size", async () => {
  const files = deployments();
  expect(files).toHaveLength(9);
  const bundle = (file: string) => async () => {
    const place = join(folder, basename(file, ".toml"));
    const { says, byteLength } = await bundleWorker(place, file);
    expect(byteLength).toBeLessThan(bytesMax);
    expect(says).not.toContain("WARNING");
    return Bun.file(join(place, "worker.js")).text();
  };
  const programs = await pool(files.map(bundle), 2);
  expect(new Set(programs).size).toBe(1);
  // What opens sockets of its own is for Bun alone.
  expect(programs[0]).not.toMatch(/nodemailer/i);
}, 120_000);
