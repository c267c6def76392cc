import type { Recorded, Scenario } from "../exchange.ts";

const json = { headers: { Accept: "application/json" } };
const paths = [
  "/",
  "/ops",
  "/verify",
  "/reset",
  "/docs",
  "/problems",
  "/problems/out-of-stock",
  "/openapi.json",
  "/healthz",
];
const assets = ["swagger-ui.css", "swagger-ui-bundle.js"];

/** What is the same whoever asks, and however often. */
export const reference: Scenario = {
  name: "the reference",
  requests: [
    ...paths.flatMap((path): Recorded[] => [
      { request: `GET ${path}`, status: 200 },
      { request: `HEAD ${path}`, status: 200 },
    ]),
    { request: "GET /readyz", eventually: { status: "ok" }, status: 200 },
    { request: "GET /problems", ...json, status: 200 },
    { request: "GET /problems/out-of-stock", ...json, status: 200 },
    { request: "GET /problems/no-problem", status: 404, problem: "not-found" },
    ...assets.map((file): Recorded => ({ request: `GET /assets/${file}`, status: 200 })),
    { request: "GET /assets/worker.js", status: 404, problem: "not-found" },
    { request: "POST /docs", status: 405, problem: "method-not-allowed" },
  ],
};
