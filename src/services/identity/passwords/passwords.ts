import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { commonPasswords } from "./common-passwords.ts";

const blockSize = 8;
const parallelization = 5;
const saltBytes = 16;
const hashBytes = 32;
const shopName = "headroom";

/** `$scrypt$ln=14,r=8,p=5$salt$hash` (base64 without padding). Costs about 200 ms of CPU at ln 14. */
export async function hashPassword(password: string, ln: number): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await derive(password, salt, ln, blockSize, parallelization);
  return encode(ln, salt, hash);
}

/** Whether the password is the stored one. Without a stored one the answer is no, after the same time. */
export async function passwordMatches(password: string, stored: string | undefined, ln: number): Promise<boolean> {
  const pattern = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
  const [, cost, r, p, salt = "", hash = ""] = pattern.exec(stored ?? decoy(ln)) ?? [];
  const wanted = Buffer.from(hash, "base64");
  const given = await derive(password, Buffer.from(salt, "base64"), Number(cost), Number(r), Number(p));
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** Whether a guesser would try it early: a common one, the account's e-mail or its name, the shop's name. */
export function isWeak(password: string, email: string): boolean {
  const lower = password.toLowerCase();
  const letters = lower.replace(/[^\p{L}]/gu, "");
  const mailbox = email.split("@")[0] ?? "";
  return (
    commonPasswords.split(/\s+/).includes(lower) ||
    [email, mailbox].includes(lower) ||
    letters === shopName ||
    new Set(lower).size < 3
  );
}

function derive(password: string, salt: Buffer, ln: number, r: number, p: number): Promise<Buffer> {
  const cost = 2 ** ln;
  const options = { N: cost, r, p, maxmem: 256 * cost * r };
  // The same characters, however the keyboard composed them.
  const secret = password.normalize("NFC");
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, hashBytes, options, (error, hash) => (error ? reject(error) : resolve(hash)));
  });
}

/** Matches nothing: nobody knows a password of 32 zero bytes. */
function decoy(ln: number): string {
  return encode(ln, Buffer.alloc(saltBytes), Buffer.alloc(hashBytes));
}

function encode(ln: number, salt: Buffer, hash: Buffer): string {
  return `$scrypt$ln=${ln},r=${blockSize},p=${parallelization}$${base64(salt)}$${base64(hash)}`;
}

function base64(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
