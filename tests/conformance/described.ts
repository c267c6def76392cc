import type { Answer } from "./exchange.ts";
import { type JsonSchema, violations } from "./json-schema.ts";

interface Response {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

export interface Operation {
  /** `GET /v1/orders/{id}` */
  readonly name: string;
  readonly method: string;
  readonly path: RegExp;
  readonly responses: Readonly<Record<string, Response>>;
}

interface Described {
  readonly operations: readonly Operation[];
  readonly document: JsonSchema;
}

/** These stand once for all operations, in `default` (contract, rule 12). */
export const ofEveryOperation: readonly number[] = [429, 500, 503, 504, 508];

/** What the served OpenAPI document describes; paths without parameters first, since they win. */
export function readDescription(document: JsonSchema): Described {
  const paths = Object.entries(document.paths as Record<string, Record<string, Pick<Operation, "responses">>>);
  const literalFirst = paths.toSorted(([a], [b]) => Number(a.includes("{")) - Number(b.includes("{")));
  const operations = literalFirst.flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { responses }]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path: new RegExp(`^${path.replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+")}$`),
      responses,
    })),
  );
  return { document, operations };
}

/** `GET /v1/orders 200`, … of the document. */
export function describedPairs({ operations }: Described): string[] {
  return operations.flatMap(({ name, responses }) =>
    Object.keys(responses)
      .filter((status) => status !== "default")
      .map((status) => `${name} ${status}`),
  );
}

/** The operation that a recorded request goes to; undefined for HEAD, OPTIONS and what is not there. */
export function operationOf({ operations }: Described, request: string): Operation | undefined {
  const [method, target = ""] = request.split(" ");
  const [path = ""] = target.split("?");
  return operations.find((operation) => operation.method === method && operation.path.test(path));
}

/** What in the answer the document does not say, or says otherwise. */
export function undescribed(described: Described, answer: Answer): string[] {
  const operation = operationOf(described, answer.recorded.request);
  if (operation === undefined) return [];
  const { status, headers, text, body } = answer;
  const byDefault = resolved(described, operation.responses.default);
  const at = `${operation.name} ${status}`;
  const response = operation.responses[status] ?? (ofEveryOperation.includes(status) ? byDefault : undefined);
  if (response === undefined) return [`${at}: not in the document`];
  if (text === "" || headers["preference-applied"] !== undefined) return [];
  const type = headers["content-type"]?.split(";")[0] ?? "no media type";
  const media = response.content?.[type];
  if (media === undefined) return [`${at}: ${type} is not in the document`];
  return violations(body ?? text, media.schema, described.document).map((what) => `${at}: ${what}`);
}

function resolved({ document }: Described, response: Response | undefined): Response | undefined {
  if (response?.$ref === undefined) return response;
  const { responses } = document.components as { responses: Record<string, Response> };
  return responses[response.$ref.replace("#/components/responses/", "")];
}
