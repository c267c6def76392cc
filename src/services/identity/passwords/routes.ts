import { Hono } from "hono";
import { access } from "../../../platform/http/access.ts";
import type { AppEnv } from "../../../platform/http/app-env.ts";
import { clientAddress } from "../../../platform/http/client-address.ts";
import { bodyProblems, document } from "../../../platform/http/document.ts";
import { validate } from "../../../platform/http/validate.ts";
import { passwordChange, passwordReset, resetRequest } from "../schemas.ts";
import { changePassword } from "./change-password.ts";
import { requestPasswordReset } from "./request-password-reset.ts";
import { resetPassword } from "./reset-password.ts";

const tag = "identity";

/** Changing a password, by the old one or by a mail. */
export const passwords = new Hono<AppEnv>()
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
  );
