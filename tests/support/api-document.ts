import { app } from "../../src/app.ts";
import { startInstance } from "../../src/platform/deps.ts";
import { openApiJson } from "../../src/reference/openapi.ts";
import { databaseDeps } from "./database-deps.ts";

/** The OpenAPI document as it is served, without a shop: nothing is connected. */
export async function apiDocument(): Promise<Record<string, unknown>> {
  const { config } = databaseDeps("postgres://nobody@127.0.0.1:1/nothing", []);
  return JSON.parse(await openApiJson(startInstance(config), app));
}

/** `GET /v1/orders/{id}`, …: what the app answers itself, written as the document writes it. */
export function mountedOperations(): string[] {
  const routes = app.routes.filter(({ method }) => method !== "ALL");
  return [...new Set(routes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`))];
}
