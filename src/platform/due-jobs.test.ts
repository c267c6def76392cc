import { expect, test } from "bun:test";
import { jobs } from "../jobs.ts";
import type { Deps } from "./deps.ts";
import { runDueJobs } from "./due-jobs.ts";
import type { Job } from "./jobs.ts";

const noDatabase = { config: { LOG_LEVEL: "silent" }, databases: { all: () => [] } } as unknown as Deps;

async function ranAt(at: string, clocks: Record<string, string>, failing: string[] = []): Promise<string[]> {
  const ran: string[] = [];
  const job = (name: string, cron: string): Job => ({
    cron,
    run: async () => {
      ran.push(name);
      if (failing.includes(name)) throw new Error("no luck");
    },
  });
  const table = Object.fromEntries(Object.entries(clocks).map(([name, cron]) => [name, job(name, cron)]));
  await runDueJobs(noDatabase, table, new Date(at));
  return ran;
}

test("a job runs in the minutes that its clock names, and in no other", async () => {
  const clocks = { minutely: "* * * * *", hourly: "17 * * * *", sundays: "0 6 * * 0" };
  expect(await ranAt("2026-11-24T08:16:00Z", clocks)).toEqual(["minutely"]);
  expect(await ranAt("2026-11-24T08:17:00Z", clocks)).toEqual(["minutely", "hourly"]);
  expect(await ranAt("2026-11-22T06:00:00Z", clocks)).toEqual(["minutely", "sundays"]);
  expect(await ranAt("2026-11-23T06:00:00Z", clocks)).toEqual(["minutely"]);
});

test("a job that fails, or whose clock cannot be read, keeps no other from running", async () => {
  const clocks = { unreadable: "*/5 * * * *", failing: "* * * * *", last: "* * * * *" };
  expect(await ranAt("2026-11-24T08:05:00Z", clocks, ["failing"])).toEqual(["failing", "last"]);
});

test("the clock of every job of ours is understood", async () => {
  const clocks = Object.fromEntries(Object.entries(jobs).map(([name, { cron }]) => [name, cron]));
  const ranInAWeek = new Set<string>();
  for (let minute = 0; minute < 7 * 24 * 60; minute++) {
    const at = new Date(Date.UTC(2026, 10, 23, 0, minute)).toISOString();
    for (const name of await ranAt(at, clocks)) ranInAWeek.add(name);
  }
  expect([...ranInAWeek].sort()).toEqual(Object.keys(jobs).sort());
});
