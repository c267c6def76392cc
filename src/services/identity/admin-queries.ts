import { and, desc, eq, lt, ne, sql } from "drizzle-orm";
import { users } from "../../../db/schema/identity.ts";
import { type Handle, prepared } from "../../platform/database.ts";
import { userColumns } from "./queries.ts";

const anyUserColumns = { ...userColumns, disabled: users.disabled };

export const anyUserById = prepared((orm) =>
  orm
    .select(anyUserColumns)
    .from(users)
    .where(eq(users.id, sql.placeholder("id")))
    .prepare("any_user_by_id"),
);

export const anyUserByEmail = prepared((orm) =>
  orm
    .select(anyUserColumns)
    .from(users)
    .where(eq(users.email, sql.placeholder("email")))
    .prepare("any_user_by_email"),
);

const behind = lt(users.id, sql.placeholder("before"));

/** All users, newest first. */
export const usersPage = prepared((orm) =>
  orm
    .select(anyUserColumns)
    .from(users)
    .where(behind)
    .orderBy(desc(users.id))
    .limit(sql.placeholder("limit"))
    .prepare("users_page"),
);

/** Nearly all users are customers: they are read as all are. */
export const customersPage = prepared((orm) =>
  orm
    .select(anyUserColumns)
    .from(users)
    .where(and(eq(users.role, "customer"), behind))
    .orderBy(desc(users.id))
    .limit(sql.placeholder("limit"))
    .prepare("customers_page"),
);

/** Those of a role other than customer: by an index that holds no others, which the second condition opens. */
export const staffPage = prepared((orm) =>
  orm
    .select(anyUserColumns)
    .from(users)
    .where(and(eq(users.role, sql.placeholder("role")), ne(users.role, sql`'customer'`), behind))
    .orderBy(desc(users.id))
    .limit(sql.placeholder("limit"))
    .prepare("staff_page"),
);

export interface AuditRow {
  readonly id: string;
  readonly at: string;
  readonly actorId: string;
  readonly actorKind: "user" | "api-key";
  readonly action: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly requestId: string;
  readonly address: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AuditFilters {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
}

/** Records that the filters let through, newest first, behind `before`. */
export async function auditPage(
  { sql: ask }: Handle,
  { actor, action, target }: AuditFilters,
  { before, limit }: { readonly before: string; readonly limit: number },
): Promise<AuditRow[]> {
  return ask<AuditRow[]>`
    select id, at, actor_id as "actorId", actor_kind as "actorKind", action, target_type as "targetType",
           target_id as "targetId", request_id as "requestId", address, detail
      from identity.audit_log
     where id < ${before} ${actor === undefined ? ask`` : ask`and actor_id = ${actor}`}
           ${action === undefined ? ask`` : ask`and action = ${action}`}
           ${target === undefined ? ask`` : ask`and target_id = ${target}`}
     order by id desc
     limit ${limit}`;
}
