import { Hono } from "hono";
import * as v from "valibot";
import type { Deps } from "../platform/deps.ts";
import type { AppEnv } from "../platform/http/app-env.ts";
import { documentPage } from "../platform/http/document.ts";
import { within } from "../platform/within.ts";
import { Problem } from "../shared/errors.ts";
import { lifecycle } from "./lifecycle.ts";

const checkTimeoutMs = 500;

const about = (summary: string) => ({ summary, tag: "operations" });
const alive = v.object({ status: v.literal("ok") });
const ready = v.object({
  status: v.picklist(["ok", "degraded"]),
  checks: v.record(v.string(), v.picklist(["ok", "away"])),
});

/**
 * For the balancer. A primary or Redis that is away is `degraded`, not unready: reads go on, and taking every instance
 * out at once would make an outage of it. Only draining is 503.
 */
export const health = new Hono<AppEnv>()
  .get("/healthz", documentPage({ ...about("Is the process alive?"), content: { "application/json": alive } }), (c) =>
    c.json({ status: "ok" }),
  )
  .get(
    "/readyz",
    documentPage({ ...about("May it get requests?"), content: { "application/json": ready } }),
    async (c) => {
      if (lifecycle(c.env.instance).draining)
        throw new Problem("draining", "This instance is shutting down.", { checks: {} }, { "Retry-After": "1" });
      const checks = await check(c.env);
      const status = Object.values(checks).every((word) => word === "ok") ? "ok" : "degraded";
      return c.json({ status, checks });
    },
  );

async function check(deps: Deps): Promise<Record<string, "ok" | "away">> {
  const probes: [string, () => Promise<unknown>][] = [
    ...deps.databases
      .all()
      .map((database): [string, () => Promise<unknown>] => [
        `database:${database.name}`,
        async () => database.primary().sql`select 1`,
      ]),
    ["redis", () => deps.redis.ping()],
  ];
  return Object.fromEntries(await Promise.all(probes.map(async ([name, probe]) => [name, await answers(probe)])));
}

async function answers(probe: () => Promise<unknown>): Promise<"ok" | "away"> {
  try {
    await within(checkTimeoutMs, probe());
    return "ok";
  } catch {
    return "away";
  }
}
