import type { MiddlewareHandler } from "hono";
import { type Policy, spend } from "../limits.ts";
import type { AppEnv } from "./app-env.ts";
import { clientAddress } from "./client-address.ts";

/** Counts the request under the policy for the address it came from. */
export function limitAddress(policy: Policy): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await spend(c.var.scope, policy, addressBlock(clientAddress(c)));
    await next();
  };
}

/** Whom an address stands for: itself, or its /64 where it is IPv6, since one subscriber has all of that. */
export function addressBlock(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  const [head = "", tail] = address.toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  const zeros = tail === undefined ? 0 : 8 - groups.length - tail.split(":").length;
  const all = [...groups, ...Array<string>(Math.max(zeros, 0)).fill("0"), ...(tail?.split(":") ?? [])];
  return `${all.slice(0, 4).join(":")}::/64`;
}
