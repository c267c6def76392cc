import { type Context, Hono } from "hono";
import * as v from "valibot";
import { access } from "../../../platform/http/access.ts";
import type { AppEnv } from "../../../platform/http/app-env.ts";
import { clientAddress } from "../../../platform/http/client-address.ts";
import { bodyProblems, document } from "../../../platform/http/document.ts";
import { page, pageOf, pageQuery, positionOf } from "../../../platform/http/page.ts";
import { validate } from "../../../platform/http/validate.ts";
import { credentials, refreshInput, sessionParam, sessionSchema, tokensSchema } from "../schemas.ts";
import type { IssuedTokens } from "./issue-tokens.ts";
import { listSessions } from "./list-sessions.ts";
import { logIn } from "./log-in.ts";
import { logOut } from "./log-out.ts";
import { clearRefreshCookie, refreshCookie, setRefreshCookie } from "./refresh-cookie.ts";
import { refreshSession } from "./refresh-session.ts";

const tag = "identity";

/** Logging in and out. */
export const sessions = new Hono<AppEnv>()
  .post(
    "/v1/sessions",
    document({
      summary: "Log in",
      tag,
      answers: { 201: tokensSchema },
      problems: [...bodyProblems, "wrong-credentials", "account-disabled"],
    }),
    access("anyone"),
    validate("json", credentials),
    async (c) => {
      const input = c.req.valid("json");
      const issued = await logIn(c.var.scope, input, {
        userAgent: (c.req.header("user-agent") ?? "").slice(0, 200),
        address: clientAddress(c),
      });
      return answerTokens(c, issued, input.cookie === true);
    },
  )
  .post(
    "/v1/sessions/refresh",
    document({
      summary: "Trade a refresh token for new tokens",
      tag,
      answers: { 201: tokensSchema },
      problems: [...bodyProblems, "refresh-token-invalid", "session-revoked", "forbidden"],
    }),
    access("anyone"),
    async (c, next) => {
      const token = refreshCookie(c);
      if (token === undefined) return await next();
      return answerTokens(c, await refreshSession(c.var.scope, token), true);
    },
    validate("json", refreshInput),
    async (c) => answerTokens(c, await refreshSession(c.var.scope, c.req.valid("json").refreshToken), false),
  )
  .get(
    "/v1/sessions",
    document({
      summary: "List one's sessions",
      tag,
      answers: { 200: pageOf(sessionSchema) },
      problems: ["cursor-invalid", "invalid-request"],
    }),
    access("user"),
    validate("query", v.object(pageQuery)),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const [before] = positionOf(c, cursor) ?? [];
      const rows = await listSessions(c.var.scope, c.var.caller, { before, limit });
      return c.json(
        page(
          c,
          rows,
          limit,
          ({ id }) => [id],
          (row) => row,
        ),
        200,
      );
    },
  )
  .delete(
    "/v1/sessions/current",
    document({ summary: "Log out", tag, answers: { 204: null } }),
    access("user"),
    async (c) => {
      await logOut(c.var.scope, c.var.caller, c.var.caller.sessionId);
      clearRefreshCookie(c);
      return c.body(null, 204);
    },
  )
  .delete(
    "/v1/sessions/:id",
    document({ summary: "End one of one's sessions", tag, answers: { 204: null }, problems: ["not-found"] }),
    access("user"),
    validate("param", sessionParam),
    async (c) => {
      await logOut(c.var.scope, c.var.caller, c.req.valid("param").id);
      return c.body(null, 204);
    },
  );

function answerTokens(c: Context<AppEnv>, issued: IssuedTokens, byCookie: boolean) {
  const { sessionId, accessToken, expiresIn, refreshToken } = issued;
  if (byCookie) setRefreshCookie(c, refreshToken);
  const body = { accessToken, tokenType: "Bearer" as const, expiresIn, ...(byCookie ? {} : { refreshToken }) };
  return c.json(body, 201, { Location: `/v1/sessions/${sessionId}` });
}
