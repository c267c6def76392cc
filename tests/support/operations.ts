import { call } from "./client.ts";

interface Parameter {
  readonly in: string;
  readonly name: string;
}

/** What the document says of an operation. */
interface Described {
  readonly security?: readonly object[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, object>> };
  readonly responses: Readonly<Record<string, object>>;
}

export interface Operation extends Described {
  readonly name: string;
  readonly method: string;
  readonly path: string;
}

/** Every operation that the served OpenAPI document describes. */
export async function operationsOfDocument(): Promise<Operation[]> {
  const { body } = await call("GET", "/openapi.json");
  return Object.entries(body.paths as Record<string, Record<string, Described>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([word, described]) => {
      const method = word.toUpperCase();
      return { ...described, name: `${method} ${path}`, method, path };
    }),
  );
}
