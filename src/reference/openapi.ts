import type { Hono } from "hono";
import { type GenerateSpecOptions, generateSpecs } from "hono-openapi";
import type { Instance } from "../platform/deps.ts";
import type { AppEnv } from "../platform/http/app-env.ts";
import { lazilyPer } from "../platform/lazily-per.ts";

type Components = NonNullable<NonNullable<GenerateSpecOptions["documentation"]>["components"]>;

const text = { type: "string" } as const;

const problemSchema: NonNullable<Components["schemas"]>[string] = {
  type: "object",
  description: "RFC 9457. `type` resolves to a page that says what it means and what to do.",
  required: ["type", "title", "status", "detail", "instance", "requestId"],
  properties: {
    type: { type: "string", format: "uri" },
    title: text,
    status: { type: "integer" },
    detail: text,
    instance: text,
    requestId: text,
    errors: {
      type: "array",
      items: { type: "object", required: ["path", "message"], properties: { path: text, message: text } },
    },
  },
};

/** Signed deliveries and calls between services are no part of the public contract, nor are the reference pages. */
const notPublic = [/^\/v1\/events/, /^\/internal\//];

/** Holds the text, not a promise of it: on Workers a promise may die with the request that made it. */
const documentOf = lazilyPer((_: Instance): { json?: string } => ({}));

/** The OpenAPI 3.1 document of the mounted routes, as JSON: made once an instance from the schemas that validate. */
export async function openApiJson(instance: Instance, app: Hono<AppEnv>): Promise<string> {
  const document = documentOf(instance);
  document.json ??= await generate(instance.config.PUBLIC_URL, app);
  return document.json;
}

async function generate(publicUrl: string, app: Hono<AppEnv>): Promise<string> {
  const document = await generateSpecs(app as unknown as Hono, {
    documentation: {
      info: { title: "Headroom", version: "1", description: "A commerce backend with room to grow." },
      servers: [{ url: publicUrl }],
      components: {
        securitySchemes: {
          accessToken: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
          apiKey: {
            type: "http",
            scheme: "bearer",
            bearerFormat: "hr_...",
            description: "An API key. An operation that takes keys names the scope that the key must have.",
          },
        },
        schemas: { Problem: problemSchema },
        responses: {
          Problem: {
            description: "429, 500, 503, 504 and 508 may be answered by every operation.",
            content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
          },
        },
      },
    },
    exclude: notPublic,
    excludeStaticFile: false,
    defaultValidationErrorResponse: false,
  });
  return JSON.stringify(document);
}
