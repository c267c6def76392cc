import { type Command, toBinary } from "./reply.ts";

/** One REST request's commands and how they shall run. */
export type RestRequest = { readonly kind: "single" | "pipeline" | "transaction"; readonly commands: Command[] };

/** The request is no command: answered 400 with this message. */
export class MalformedRequest extends Error {}

const kinds: Record<string, RestRequest["kind"] | undefined> = {
  "/": "single",
  "/pipeline": "pipeline",
  "/multi-exec": "transaction",
};

/**
 * Commands of a request: a JSON array (of arrays) as body of `/`, `/pipeline` and `/multi-exec`, else the path
 * form, in which the body is the last argument and the query follows it. Throws MalformedRequest.
 */
export function readRequest(method: string, path: string, query: string, body: Buffer): RestRequest {
  const kind = method === "POST" || method === "PUT" ? kinds[path] : undefined;
  if (kind === undefined) return { kind: "single", commands: [pathCommand(path, query, body)] };
  const json = parseJson(body);
  if (kind === "single") return { kind, commands: [toCommand(json)] };
  if (!Array.isArray(json)) throw new MalformedRequest("ERR expected a JSON array of commands");
  if (json.length === 0) throw new MalformedRequest("ERR empty pipeline request");
  return { kind, commands: json.map(toCommand) };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new MalformedRequest("ERR failed to parse the body as JSON");
  }
}

function toCommand(json: unknown): Command {
  if (!Array.isArray(json) || json.length === 0) throw new MalformedRequest("ERR empty command");
  return json.map(toArgument);
}

function toArgument(json: unknown): string {
  if (typeof json === "string") return toBinary(json);
  if (typeof json === "number" || typeof json === "boolean") return String(json);
  throw new MalformedRequest("ERR a command's arguments are strings, numbers and booleans");
}

function pathCommand(path: string, query: string, body: Buffer): Command {
  const command = path.slice(1).split("/").map(unescapeBytes);
  if (command[0] === "") throw new MalformedRequest("ERR empty command");
  if (body.length > 0) command.push(body.toString("latin1"));
  for (const pair of query.split("&")) {
    const [name = "", ...value] = pair.replaceAll("+", " ").split("=");
    if (name === "" || name === "_token") continue;
    command.push(unescapeBytes(name));
    if (value.length > 0) command.push(unescapeBytes(value.join("=")));
  }
  return command;
}

function unescapeBytes(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
