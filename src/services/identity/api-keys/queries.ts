import { desc, sql } from "drizzle-orm";
import { apiKeys } from "../../../../db/schema/identity.ts";
import { prepared } from "../../../platform/database.ts";

const stands = sql`${apiKeys.revokedAt} is null and ${apiKeys.expiresAt} > now()`;

/** The keys that stand, newest first, behind `before`. Found first, for there are few among those that are past. */
export const apiKeysPage = prepared((orm) =>
  orm
    .select({
      id: apiKeys.id,
      name: apiKeys.name,
      scopes: apiKeys.scopes,
      prefix: apiKeys.prefix,
      expiresAt: apiKeys.expiresAt,
      createdBy: apiKeys.createdBy,
      createdAt: apiKeys.createdAt,
    })
    .from(apiKeys)
    .where(
      sql`${apiKeys.id} = any(array(select ${apiKeys.id} from ${apiKeys} where ${stands})) and ${apiKeys.id} < ${sql.placeholder("before")}`,
    )
    .orderBy(desc(apiKeys.id))
    .limit(sql.placeholder("limit"))
    .prepare("api_keys_page"),
);

export type ApiKeyRow = Awaited<ReturnType<ReturnType<typeof apiKeysPage>["execute"]>>[number];

/** Those with these digests that stand; `hashes` is an array literal. */
export const apiKeysByHash = prepared((orm) =>
  orm
    .select({ keyHash: apiKeys.keyHash, id: apiKeys.id, scopes: apiKeys.scopes, expiresAt: apiKeys.expiresAt })
    .from(apiKeys)
    .where(sql`${apiKeys.keyHash} = any(${sql.placeholder("hashes")}::text[]) and ${stands}`)
    .prepare("api_keys_by_hash"),
);
