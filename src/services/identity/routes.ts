import { Hono } from "hono";
import { access } from "../../platform/http/access.ts";
import type { AppEnv } from "../../platform/http/app-env.ts";
import { bodyProblems, document } from "../../platform/http/document.ts";
import { limitAddress } from "../../platform/http/limit-address.ts";
import { validate } from "../../platform/http/validate.ts";
import { policies } from "../../platform/limits.ts";
import { publicKeySet } from "../../platform/tokens.ts";
import { userAdministration } from "./administration/routes.ts";
import { apiKeyAdministration } from "./api-keys/routes.ts";
import { auditLog } from "./audit-log/routes.ts";
import { changeUser } from "./change-user.ts";
import { eraseUser } from "./erase-user.ts";
import { exportUser } from "./export-user.ts";
import { passwords } from "./passwords/routes.ts";
import { readUser } from "./read-user.ts";
import { registerUser } from "./register-user.ts";
import { requestVerification } from "./request-verification.ts";
import { exportSchema, keySetSchema, registration, userPatch, userSchema, verification } from "./schemas.ts";
import { clearRefreshCookie } from "./sessions/refresh-cookie.ts";
import { sessions } from "./sessions/routes.ts";
import { verifyEmail } from "./verify-email.ts";

const tag = "identity";

export const identity = new Hono<AppEnv>()
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
  .get(
    "/.well-known/jwks.json",
    document({ summary: "The keys that verify access tokens", tag, answers: { 200: keySetSchema } }),
    access("anyone"),
    (c) =>
      c.json(publicKeySet(c.env.config), 200, { "Cache-Control": "public, max-age=300, stale-while-revalidate=600" }),
  )
  .route("/", passwords)
  .route("/", sessions)
  .route("/", userAdministration)
  .route("/", apiKeyAdministration)
  .route("/", auditLog);
