import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { AppEnv } from "../../../platform/http/app-env.ts";
import { Problem } from "../../../shared/errors.ts";

const name = "hr_refresh";
const lifeSeconds = 30 * 24 * 3600;

/** Hands the refresh token to the browser where no script can read it. */
export function setRefreshCookie(c: Context<AppEnv>, refreshToken: string): void {
  write(c, refreshToken, lifeSeconds);
}

/** Takes the cookie back, where the browser brought one. */
export function clearRefreshCookie<Env extends AppEnv>(c: Context<Env>): void {
  if (getCookie(c, name) !== undefined) write(c, "", 0);
}

/**
 * The refresh token that the browser brought by itself; undefined where it brought none.
 * @throws Problem forbidden where another site's page made the browser send it
 */
export function refreshCookie(c: Context<AppEnv>): string | undefined {
  const token = getCookie(c, name);
  if (token === undefined || token === "") return undefined;
  const { PUBLIC_URL, CORS_ORIGINS } = c.env.config;
  const ours = [PUBLIC_URL, ...CORS_ORIGINS].map((url) => new URL(url).origin);
  if (!ours.includes(c.req.header("origin") ?? ""))
    throw new Problem("forbidden", "The cookie needs an Origin of ours.");
  return token;
}

function write<Env extends AppEnv>(c: Context<Env>, value: string, maxAge: number): void {
  const { hostname } = new URL(c.env.config.PUBLIC_URL);
  const loopback = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  setCookie(c, name, value, { httpOnly: true, secure: !loopback, sameSite: "Strict", path: "/v1/sessions", maxAge });
}
