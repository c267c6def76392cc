import * as v from "valibot";
import { eventData } from "../../../contracts/events.ts";
import { pageQuery } from "../../../platform/http/page.ts";
import { uuidSchema } from "../../../shared/ids.ts";
import { line } from "../../../shared/text.ts";
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

const filter = v.optional(v.pipe(v.string(), v.maxLength(200, "at most 200 characters"), line));

/** `actor` and `target` are ids. */
export const auditQuery = v.object({ ...pageQuery, actor: filter, action: filter, target: filter });

export const auditRecordSchema = v.pipe(
  v.object({ id: uuidSchema, at: v.string(), ...eventData["audit.recorded"].entries }),
  v.metadata({ ref: "AuditRecord" }),
);

export type UsersQuery = v.InferOutput<typeof usersQuery>;
export type StandingPatch = v.InferOutput<typeof standingPatch>;
export type AnyUser = v.InferOutput<typeof anyUserSchema>;
