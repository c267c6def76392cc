import { limitAddress } from "../platform/http/limit-address.ts";
import { policies } from "../platform/limits.ts";

/** The first refusal of all: so many requests a minute from one address. */
export const addressLimit = limitAddress(policies.address);
