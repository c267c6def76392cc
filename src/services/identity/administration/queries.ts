import { and, desc, eq, lt, ne, sql } from "drizzle-orm";
import { users } from "../../../../db/schema/identity.ts";
import { prepared } from "../../../platform/database.ts";
import { userColumns } from "../queries.ts";

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
