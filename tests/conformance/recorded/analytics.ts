import type { Scenario } from "../exchange.ts";
import { admin, buyer } from "./given.ts";

export const analytics: Scenario = {
  name: "summing up",
  requests: [
    admin,
    ...buyer("alma"),
    { request: "GET /v1/analytics/summary?from=2020-01-01&to=2020-02-01T12:30:00.5Z", by: "admin", status: 200 },
    {
      request: "GET /v1/analytics/summary?from=2020-01-01&to=2021-01-02",
      by: "admin",
      status: 422,
      problem: "invalid-request",
    },
    {
      request: "GET /v1/analytics/summary?from=2020-01-01&to=2020-01-01",
      by: "admin",
      status: 422,
      problem: "invalid-request",
    },
    { request: "GET /v1/analytics/summary?from=yesterday", by: "admin", status: 422, problem: "invalid-request" },
    {
      request: "GET /v1/analytics/summary",
      by: "admin",
      headers: { "Read-Consistency": "sometimes" },
      status: 400,
      problem: "header-invalid",
    },
    { request: "GET /v1/analytics/summary", by: "alma", status: 403, problem: "forbidden" },
    { request: "GET /v1/analytics/summary", status: 401, problem: "unauthenticated" },
  ],
};
