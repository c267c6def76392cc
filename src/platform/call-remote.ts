import * as v from "valibot";
import type { Service } from "../contracts/services.ts";
import { isSlug, Problem } from "../shared/errors.ts";
import { parseTokens } from "./consistency/tokens.ts";
import { sha256 } from "./hash.ts";
import { hopHeader, signHop } from "./hop.ts";
import { reach } from "./reach.ts";
import type { Scope } from "./scope.ts";

const timeoutMs = 5_000;

const problemSchema = v.object({ type: v.string(), detail: v.string() });

/**
 * Calls a function of another service's port where that is mounted. Ports are idempotent, so it is asked again where it
 * broke off. What it wrote there is covered by this request's own consistency token.
 * @throws Problem what the other says: overloaded, primary-unavailable; service-unavailable, upstream-timeout
 */
export async function callRemote(scope: Scope, service: Service, name: string, args: readonly unknown[]) {
  const { config } = scope.deps;
  const path = `/internal/ports/${service}/${name}`;
  const body = JSON.stringify(args);
  const hop = { method: "POST", path, hops: (scope.hop?.hops ?? 0) + 1, body: sha256(body) };
  let text = "";
  const answer = await reach(scope.deps, service, true, async ({ origin, send }) => {
    const headers = {
      "Content-Type": "application/json",
      "X-Request-Id": scope.requestId,
      traceparent: scope.traceparent,
      [hopHeader]: await signHop(config, hop),
    };
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await send(
      new Request(origin + path, { method: "POST", headers, body, redirect: "manual", signal }),
    );
    text = await response.text();
    return response;
  });
  if (!answer.ok) throw refusal(service, name, answer, text);
  noteWritten(scope, answer.headers.get("consistency-token"));
  return JSON.parse(text) as unknown;
}

/** The position comes with what the request brought, so that it is merged into the answer's token. */
function noteWritten(scope: Scope, token: string | null): void {
  if (token === null) return;
  scope.consistencyTokens = [...scope.consistencyTokens, token];
  for (const database of parseTokens([token]).positions.keys()) scope.written.set(database, undefined);
}

/** A refusal that invites a retry is the caller's too; any other is a defect between us. */
function refusal(service: Service, name: string, { status, headers }: Response, text: string): Error {
  const problem = v.safeParse(v.pipe(v.string(), v.parseJson(), problemSchema), text);
  const slug = problem.success ? (problem.output.type.split("/").at(-1) ?? "") : "";
  const retryAfter = headers.get("retry-after");
  if (problem.success && isSlug(slug) && retryAfter !== null)
    return new Problem(slug, problem.output.detail, {}, { "Retry-After": retryAfter });
  return new Error(`${service}.${name} was answered ${status} ${slug}`);
}
