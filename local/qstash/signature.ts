import { createHash, createHmac } from "node:crypto";

const lifetimeSeconds = 300;
const header = encode({ alg: "HS256", typ: "JWT" });

/** The `Upstash-Signature` of one attempt: an HS256 JWT over destination and body (upstash docs, features/security). */
export function sign(key: string, destination: string, body: Uint8Array, now: number): string {
  const issuedAt = Math.floor(now / 1000);
  const claims = encode({
    iss: "Upstash",
    sub: destination,
    exp: issuedAt + lifetimeSeconds,
    nbf: issuedAt,
    iat: issuedAt,
    jti: `jwt_${crypto.randomUUID().replaceAll("-", "")}`,
    body: createHash("sha256").update(body).digest("base64url"),
  });
  const signature = createHmac("sha256", key).update(`${header}.${claims}`).digest("base64url");
  return `${header}.${claims}.${signature}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
