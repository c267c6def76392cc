import { type Context, Hono } from "hono";
import * as v from "valibot";
import { access } from "../../platform/http/access.ts";
import type { AppEnv } from "../../platform/http/app-env.ts";
import { clientAddress } from "../../platform/http/client-address.ts";
import { bodyProblems, document } from "../../platform/http/document.ts";
import { limitAddress } from "../../platform/http/limit-address.ts";
import { page, pageOf, pageQuery, positionOf } from "../../platform/http/page.ts";
import { validate } from "../../platform/http/validate.ts";
import { policies } from "../../platform/limits.ts";
import { publicKeySet } from "../../platform/tokens.ts";
import { userAdministration } from "./administration/routes.ts";
import { apiKeyAdministration } from "./api-keys/routes.ts";
import { changeUser } from "./change-user.ts";
import { eraseUser } from "./erase-user.ts";
import { exportUser } from "./export-user.ts";
import { changePassword } from "./passwords/change-password.ts";
import { requestPasswordReset } from "./passwords/request-password-reset.ts";
import { resetPassword } from "./passwords/reset-password.ts";
import { readUser } from "./read-user.ts";
import { registerUser } from "./register-user.ts";
import { requestVerification } from "./request-verification.ts";
import {
  credentials,
  exportSchema,
  keySetSchema,
  passwordChange,
  passwordReset,
  refreshInput,
  registration,
  resetRequest,
  sessionParam,
  sessionSchema,
  tokensSchema,
  userPatch,
  userSchema,
  verification,
} from "./schemas.ts";
import type { IssuedTokens } from "./sessions/issue-tokens.ts";
import { listSessions } from "./sessions/list-sessions.ts";
import { logIn } from "./sessions/log-in.ts";
import { logOut } from "./sessions/log-out.ts";
import { clearRefreshCookie, refreshCookie, setRefreshCookie } from "./sessions/refresh-cookie.ts";
import { refreshSession } from "./sessions/refresh-session.ts";
import { verifyEmail } from "./verify-email.ts";

const tag = "identity";

export const identity = new Hono<AppEnv>()
  .route("/", userAdministration)
  .post(
    "/v1/users",
    document({
      summary: "Register",
      tag,
      answers: { 201: userSchema },
      problems: [...bodyProblems, "email-taken", "weak-password"],
    }),
    access("anyone"),
    limitAddress(policies.registration),
    validate("json", registration),
    async (c) => {
      const user = await registerUser(c.var.scope, c.req.valid("json"));
      return c.json(user, 201, { Location: "/v1/users/me" });
    },
  )
  .get(
    "/v1/users/me",
    document({ summary: "Read oneself", tag, answers: { 200: userSchema } }),
    access("user"),
    async (c) => c.json(await readUser(c.var.scope, c.var.caller), 200),
  )
  .patch(
    "/v1/users/me",
    document({ summary: "Change one's name or metadata", tag, answers: { 200: userSchema }, problems: bodyProblems }),
    access("user"),
    validate("json", userPatch),
    async (c) => c.json(await changeUser(c.var.scope, c.var.caller, c.req.valid("json")), 200),
  )
  .delete(
    "/v1/users/me",
    document({
      summary: "Erase oneself: one's sessions end at once, orders stay without one's name",
      tag,
      answers: { 202: null },
      problems: ["orders-open"],
    }),
    access("user", { fresh: true }),
    async (c) => {
      await eraseUser(c.var.scope, c.var.caller);
      clearRefreshCookie(c);
      return c.body(null, 202);
    },
  )
  .get(
    "/v1/users/me/export",
    document({ summary: "Take all that is kept of oneself", tag, answers: { 200: exportSchema } }),
    access("user", { fresh: true }),
    async (c) => {
      const stream = await exportUser(c.var.scope, c.var.caller, c.req.method === "HEAD");
      return c.body(stream, 200, {
        "Content-Type": "application/json",
        "Content-Disposition": 'attachment; filename="headroom-export.json"',
      });
    },
  )
  .put(
    "/v1/users/me/password",
    document({
      summary: "Change one's password, which ends every other session",
      tag,
      answers: { 204: null },
      problems: [...bodyProblems, "wrong-credentials", "weak-password"],
    }),
    access("user"),
    validate("json", passwordChange),
    async (c) => {
      await changePassword(c.var.scope, c.var.caller, c.req.valid("json"), clientAddress(c));
      return c.body(null, 204);
    },
  )
  .post(
    "/v1/password-resets",
    document({
      summary: "Ask for a mail to reset a password",
      tag,
      answers: { 202: null },
      problems: bodyProblems,
    }),
    access("anyone"),
    validate("json", resetRequest),
    async (c) => {
      await requestPasswordReset(c.var.scope, c.req.valid("json").email);
      return c.body(null, 202);
    },
  )
  .put(
    "/v1/password-resets",
    document({
      summary: "Set a new password by the token of a mail, which ends all sessions",
      tag,
      answers: { 204: null },
      problems: [...bodyProblems, "token-invalid", "weak-password"],
    }),
    access("anyone"),
    validate("json", passwordReset),
    async (c) => {
      await resetPassword(c.var.scope, c.req.valid("json"));
      return c.body(null, 204);
    },
  )
  .post(
    "/v1/email-verifications",
    document({ summary: "Ask for the mail that verifies one's e-mail again", tag, answers: { 202: null } }),
    access("user"),
    async (c) => {
      await requestVerification(c.var.scope, c.var.caller);
      return c.body(null, 202);
    },
  )
  .post(
    "/v1/email-verifications/confirm",
    document({
      summary: "Verify an e-mail by the token of a mail",
      tag,
      answers: { 204: null },
      problems: [...bodyProblems, "token-invalid"],
    }),
    access("anyone"),
    validate("json", verification),
    async (c) => {
      await verifyEmail(c.var.scope, c.req.valid("json").token);
      return c.body(null, 204);
    },
  )
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
  )
  .get(
    "/.well-known/jwks.json",
    document({ summary: "The keys that verify access tokens", tag, answers: { 200: keySetSchema } }),
    access("anyone"),
    (c) =>
      c.json(publicKeySet(c.env.config), 200, { "Cache-Control": "public, max-age=300, stale-while-revalidate=600" }),
  )
  .route("/", apiKeyAdministration);

function answerTokens(c: Context<AppEnv>, issued: IssuedTokens, byCookie: boolean) {
  const { sessionId, accessToken, expiresIn, refreshToken } = issued;
  if (byCookie) setRefreshCookie(c, refreshToken);
  const body = { accessToken, tokenType: "Bearer" as const, expiresIn, ...(byCookie ? {} : { refreshToken }) };
  return c.json(body, 201, { Location: `/v1/sessions/${sessionId}` });
}
