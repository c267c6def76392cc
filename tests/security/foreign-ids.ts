import { randomUUID } from "node:crypto";
import { pool } from "../support/client.ts";
import { idRoutes } from "./id-routes.ts";
import type { ForeignThing, Victim } from "./victim.ts";

/** A route of the document, and who may call it. */
export interface Route {
  /** `GET /v1/orders/{id}` */
  readonly name: string;
  readonly who: "anyone" | "user" | "operator" | "admin";
}

/** Whose token asks; nobody has none. */
export type Tokens = Readonly<Record<"nobody" | "customer" | "operator" | "admin", string | undefined>> &
  Readonly<Record<string, string | undefined>>;

interface Operation {
  readonly security?: unknown;
  readonly responses: Readonly<Record<string, unknown>>;
}

/** The routes of the document: a role is asked where 403 is answered. */
export function routesOf(document: Readonly<Record<string, unknown>>): Route[] {
  const paths = Object.entries(document.paths as Record<string, Record<string, Operation>>);
  return paths.flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      who: whoMay(path, operation),
    })),
  );
}

function whoMay(path: string, { security, responses }: Operation): Route["who"] {
  if (security === undefined) return "anyone";
  if (!("403" in responses)) return "user";
  return /^\/v1\/(ops|audit-log)\b/.test(path) ? "operator" : "admin";
}

/** What the victim's things answer at this route, to everybody who must not see them, that is no refusal or shows a byte of his. */
export async function leaksAt(url: string, route: Route, tokens: Tokens, victim: Victim): Promise<string[]> {
  const askers = Object.entries(tokens).filter(([role]) => !mayAsk(route, role));
  const jobs = askers.flatMap(([role, token]) =>
    victim.things.map((thing) => async () => {
      const answer = await ask(url, route, thing, token);
      const at = `${route.name} of ${thing.kind} by ${role}`;
      const statuses = refusalsOf(route, role);
      return [
        ...(statuses.includes(answer.status) ? [] : [`${at}: ${answer.status}`]),
        ...shown(answer, thing, victim.bytes).map((bytes) => `${at}: shows ${bytes}`),
      ];
    }),
  );
  return (await pool(jobs, 8)).flat();
}

/** What of the victim a route without an id shows to others who may call it. */
export async function shownBy(url: string, route: Route, tokens: Tokens, victim: Victim): Promise<string[]> {
  const found: string[] = [];
  for (const [role, token] of Object.entries(tokens)) {
    const bytes = shown(await ask(url, route, { id: role }, token), { id: role }, victim.bytes);
    found.push(...bytes.map((one) => `${route.name} by ${role}: shows ${one}`));
  }
  return found;
}

/** Roles see by their routes what others have. */
function mayAsk({ who }: Route, role: string): boolean {
  if (who === "admin") return role === "admin";
  return who === "operator" && (role === "admin" || role === "operator");
}

function refusalsOf({ who }: Route, role: string): number[] {
  // What is signed is refused as such.
  if (who === "anyone") return [401, 404];
  return role === "nobody" ? [401] : role === "apiKey" ? [401, 403, 404] : [403, 404];
}

interface Answer {
  readonly status: number;
  /** Headers and body. */
  readonly text: string;
}

/** The request with the thing's id wherever the path asks for one. */
export async function ask(
  url: string,
  { name }: Route,
  { id }: Pick<ForeignThing, "id">,
  token?: string,
): Promise<Answer> {
  const [method = "", path = ""] = name.split(" ");
  const body = idRoutes[name];
  const answer = await fetch(url + path.replace(/\{\w+\}/g, encodeURIComponent(id)), {
    method,
    redirect: "manual",
    signal: AbortSignal.timeout(20_000),
    headers: {
      "Idempotency-Key": randomUUID(),
      ...(body ? { "Content-Type": "application/json" } : {}),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: answer.status, text: JSON.stringify([...answer.headers]) + (await textOf(answer)) };
}

/** Of a stream what it begins with. */
async function textOf(answer: Response): Promise<string> {
  if (!answer.headers.get("content-type")?.startsWith("text/event-stream")) return await answer.text();
  const reader = answer.body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  return new TextDecoder().decode(first?.value);
}

/** What of the bytes stands in the answer, beside the id that was asked for. */
function shown({ text }: Answer, { id }: Pick<ForeignThing, "id">, bytes: readonly string[]): string[] {
  const beside = text.replaceAll(encodeURIComponent(id), "").replaceAll(id, "");
  return bytes.filter((one) => one !== id && beside.includes(one));
}
