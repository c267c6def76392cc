import { type Checkers, check } from "k6";
import exec from "k6/execution";
import http, { type RefinedResponse, type ResponseType } from "k6/http";
import { Rate } from "k6/metrics";

/** Someone who is logged in. `renewAt` is in ms since the epoch; `consistency` is the last Consistency-Token received. */
export interface Session {
  email: string;
  accessToken: string;
  refreshToken: string;
  renewAt: number;
  consistency?: string;
}

interface Call {
  /** Groups requests of different URLs in the metrics, like `GET /v1/orders/:id`. */
  name: string;
  as?: Session;
  headers?: Record<string, string>;
  /** Answers of the 4xx that are expected here and so no failed request. */
  expected?: number[];
}

export type Answer = RefinedResponse<ResponseType | undefined>;

const BASE_URL = __ENV.BASE_URL ?? "http://127.0.0.1:3000";
const BUYERS_MAX = 100;
const TIMEOUT = "10s";

/** Requests refused early for load, which a journey may allow within a bound, and those that failed otherwise. */
const requestsShed = new Rate("requests_shed");
const requestsFailed = new Rate("requests_failed");

/** State of this virtual user: k6 runs the module once for each. */
let mine: Session | undefined;
let ownsRefreshToken = false;

/** E-mails of the first BUYERS (default 20, at most 100) seeded buyers. */
export function buyers(): string[] {
  const count = Math.min(Number(__ENV.BUYERS ?? "20"), BUYERS_MAX);
  return Array.from({ length: count }, (_, i) => `buyer${i + 1}@headroom.local`);
}

/** Logs in all `buyers`, for `setup`. Throws where one is refused. */
export function logInBuyers(): Session[] {
  return buyers().map((email) => session(email, logIn(email)));
}

/** Logs in the admin, by default the local cloud's, for `setup`. Throws where he is refused. */
export function logInAdmin(): Session {
  const email = __ENV.ADMIN_EMAIL ?? "admin@headroom.local";
  return session(email, logIn(email, __ENV.ADMIN_PASSWORD ?? "headroom-admin"));
}

/**
 * The buyer whom this virtual user plays, with a token that is still good.
 * A refresh token spent by two clients ends its family, so the first user of a session alone refreshes it; any
 * other logs in anew when the token that it shared runs out.
 */
export function buyer(sessions: Session[]): Session {
  const place = exec.vu.idInTest - 1;
  if (mine === undefined) {
    const given = sessions[place % sessions.length];
    if (given === undefined) throw new Error("setup logged in nobody");
    mine = { ...given };
    ownsRefreshToken = place < sessions.length;
  }
  if (Date.now() >= mine.renewAt) {
    const { email, refreshToken, consistency } = mine;
    mine = { ...session(email, ownsRefreshToken ? refresh(refreshToken) : logIn(email)), consistency };
    ownsRefreshToken = true;
  }
  return mine;
}

export function get(path: string, call: Call): Answer {
  return send("GET", path, null, "read", call);
}

/** A buyer's POST carries an Idempotency-Key of its own. */
export function post(path: string, body: unknown, call: Call): Answer {
  const key = { "Idempotency-Key": crypto.randomUUID() };
  return send("POST", path, body, "write", { ...call, headers: { ...key, ...call.headers } });
}

export function put(path: string, body: unknown, call: Call): Answer {
  return send("PUT", path, body, "write", call);
}

export function remove(path: string, call: Call): Answer {
  return send("DELETE", path, null, "write", call);
}

export function logIn(email: string, password = "headroom-buyer"): Answer {
  return send("POST", "/v1/sessions", { email, password }, "login", { name: "POST /v1/sessions" });
}

/** The parsed body. The caller has checked the status; the contract (api.md) promises the shape. */
export function json<T>(answer: Answer): T {
  return answer.json() as T;
}

/** Refused for load, and told when to come back. */
export function wasShed(answer: Answer): boolean {
  return (answer.status === 429 || answer.status === 503) && answer.headers["Retry-After"] !== undefined;
}

/** k6's `check` of an answer. One that was shed is none, and counted by `requests_shed` alone. */
export function verify(answer: Answer, checks: Checkers<Answer>): boolean {
  return !wasShed(answer) && check(answer, checks);
}

function refresh(refreshToken: string): Answer {
  return send("POST", "/v1/sessions/refresh", { refreshToken }, "login", { name: "POST /v1/sessions/refresh" });
}

function session(email: string, answer: Answer): Session {
  if (answer.status !== 201)
    throw new Error(`${email} could not log in: ${answer.status} ${answer.error || answer.body}`);
  const { accessToken, refreshToken, expiresIn } = json<{
    accessToken: string;
    refreshToken: string;
    expiresIn: number;
  }>(answer);
  return { email, accessToken, refreshToken, renewAt: Date.now() + expiresIn * 800 };
}

function send(method: string, path: string, body: unknown, kind: string, call: Call): Answer {
  const { as, expected = [] } = call;
  const tags = { name: call.name, kind };
  const answer = http.request(method, BASE_URL + path, body === null ? null : JSON.stringify(body), {
    headers: {
      ...(body === null ? {} : { "Content-Type": "application/json" }),
      ...(as === undefined ? {} : { Authorization: `Bearer ${as.accessToken}` }),
      ...(as?.consistency === undefined ? {} : { "Consistency-Token": as.consistency }),
      ...call.headers,
    },
    tags,
    timeout: TIMEOUT,
    redirects: 0,
    responseCallback: http.expectedStatuses({ min: 200, max: 399 }, ...expected),
  });
  const shed = wasShed(answer);
  const succeeded = (answer.status >= 200 && answer.status < 400) || expected.includes(answer.status);
  requestsShed.add(shed, tags);
  requestsFailed.add(!shed && !succeeded, tags);
  const consistency = answer.headers["Consistency-Token"];
  if (as !== undefined && consistency !== undefined) as.consistency = consistency;
  return answer;
}
