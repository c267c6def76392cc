import * as v from "valibot";
import { pageQuery } from "../../../platform/http/page.ts";
import { uuidSchema } from "../../../shared/ids.ts";
import { credentials, userSchema } from "../schemas.ts";

const roleSchema = userSchema.entries.role;

export const userParam = v.object({ id: uuidSchema });

export const usersQuery = v.object({
  ...pageQuery,
  email: v.optional(credentials.entries.email),
  role: v.optional(roleSchema),
});

export const standingPatch = v.pipe(
  v.strictObject({ role: v.optional(roleSchema), disabled: v.optional(v.boolean()) }),
  v.metadata({ ref: "StandingPatch" }),
);

/** A user as administrators see him. */
export const anyUserSchema = v.pipe(
  v.object({ ...userSchema.entries, disabled: v.boolean() }),
  v.metadata({ ref: "AnyUser" }),
);

export type UsersQuery = v.InferOutput<typeof usersQuery>;
export type StandingPatch = v.InferOutput<typeof standingPatch>;
export type AnyUser = v.InferOutput<typeof anyUserSchema>;
