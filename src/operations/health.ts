import { Hono } from "hono";
import * as v from "valibot";
import { type Condition, replicaConditions } from "../platform/consistency/conditions.ts";
import type { Database } from "../platform/database.ts";
import type { Deps } from "../platform/deps.ts";
import type { AppEnv } from "../platform/http/app-env.ts";
import { documentPage } from "../platform/http/document.ts";
import { lifecycle } from "../platform/lifecycle.ts";
import { within } from "../platform/within.ts";
import { Problem } from "../shared/errors.ts";

const checkTimeoutMs = 500;

const about = (summary: string) => ({ summary, tag: "operations" });
const alive = v.object({ status: v.literal("ok") });
const ready = v.object({
  status: v.picklist(["ok", "degraded"]),
  checks: v.record(v.string(), v.picklist(["ok", "away", "behind"])),
});

/**
 * For the balancer. A primary, replica or Redis that is away is `degraded`, not unready: reads go on, and taking every instance
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

async function check(deps: Deps): Promise<Record<string, Condition>> {
  const probes: [string, () => Promise<unknown>][] = [
    ...deps.databases
      .all()
      .map((database): [string, () => Promise<unknown>] => [
        `database:${database.name}`,
        async () => database.primary().sql`select 1`,
      ]),
    ["redis", () => deps.redis.ping()],
  ];
  const replicas = deps.databases.all().map(async (database) => {
    const conditions = await replicaConditions(deps, database);
    return conditions.map(([name, word]): [string, Condition] => [`${ofDatabase(database)}${name}`, word]);
  });
  const answered = probes.map(async ([name, probe]): Promise<[string, Condition]> => [name, await answers(probe)]);
  return Object.fromEntries([...(await Promise.all(answered)), ...(await Promise.all(replicas)).flat()]);
}

/** Only the services' own databases need to be named: each counts its replicas from 1. */
function ofDatabase({ name }: Database): string {
  return name === "main" ? "" : `${name}:`;
}

async function answers(probe: () => Promise<unknown>): Promise<"ok" | "away"> {
  try {
    await within(checkTimeoutMs, probe());
    return "ok";
  } catch {
    return "away";
  }
}
