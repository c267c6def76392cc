import { Hono } from "hono";
import { services } from "../contracts/services.ts";
import { sha256 } from "../platform/hash.ts";
import { hopsMax } from "../platform/hop.ts";
import type { AppEnv } from "../platform/http/app-env.ts";
import { parseJson, readText } from "../platform/http/body.ts";
import type { ServedFunction } from "../platform/port-function.ts";
import { serviceAway } from "../platform/reach.ts";
import { Problem } from "../shared/errors.ts";

/** What instances of other services ask of those that are mounted here, signed over method, path and body. */
export function portRoutes(functions: readonly ServedFunction[]) {
  return new Hono<AppEnv>().post("/internal/ports/:service/:function", async (c) => {
    const body = await readText(c);
    const { hop } = c.var.scope;
    if (hop?.body !== sha256(body))
      throw new Problem("signature-invalid", "The call is not signed by another of our instances.");
    if (hop.hops > hopsMax)
      throw new Problem("loop-detected", `The call passed ${hopsMax} instances; check their URLs.`);
    const { service: word, function: name } = c.req.param();
    const service = services.find((one) => one === word);
    const asked = functions.find((one) => one.name === name && (one.service === "every" || one.service === service));
    if (asked === undefined || service === undefined)
      throw new Problem("not-found", `There is no port function ${word}.${name}.`);
    if (!c.env.config.SERVICES.has(service)) throw serviceAway(service);
    const answer = await asked.serve(c.var.scope, parseJson(body), service);
    return c.body(JSON.stringify(answer), 200, { "Content-Type": "application/json" });
  });
}
