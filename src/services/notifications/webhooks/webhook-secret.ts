import type { Config } from "../../../platform/config.ts";
import { hmacSha256 } from "../../../platform/hash.ts";

/**
 * The secret of an id, 32 bytes as Standard Webhooks writes them. It is made of the id whenever something is to be signed:
 * no table holds a secret, and who reads the database cannot sign.
 */
export function webhookSecret({ REFRESH_SECRET }: Pick<Config, "REFRESH_SECRET">, id: string): string {
  const bytes = Buffer.from(hmacSha256(REFRESH_SECRET, `webhook:${id}`), "base64url");
  return `whsec_${bytes.toString("base64")}`;
}
