import type { Scenario } from "../exchange.ts";
import { buyer, nobody } from "./given.ts";

const strongly = { "Read-Consistency": "strong" };

export const notifications: Scenario = {
  name: "reading notifications",
  requests: [
    ...buyer("dia"),
    {
      request: "GET /v1/notifications",
      by: "dia",
      headers: strongly,
      eventually: { data: [{}] },
      as: "list",
      status: 200,
    },
    { request: "PATCH /v1/notifications/{list.body.data.0.id}", by: "dia", body: { read: true }, status: 200 },
    { request: "PATCH /v1/notifications/{list.body.data.0.id}", by: "dia", body: { read: true }, status: 200 },
    {
      request: "PATCH /v1/notifications/{list.body.data.0.id}",
      by: "dia",
      body: { read: false },
      status: 422,
      problem: "invalid-request",
    },
    {
      request: `PATCH /v1/notifications/${nobody}`,
      by: "dia",
      body: { read: true },
      status: 404,
      problem: "not-found",
    },
    { request: "GET /v1/notifications?limit=1", by: "dia", headers: strongly, status: 200 },
  ],
};
