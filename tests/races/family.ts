import { type Answer, callAt } from "../support/client.ts";
import type { OwnInstance, OwnShop } from "../support/own-shop.ts";

/** By whom an operation is sent: two of the same kind differ in it where they must (a key, a name). */
export interface At extends OwnInstance {
  readonly side: 0 | 1;
}

type Operation<Things> = (things: Things, at: At) => Promise<string>;

/** Things of a world of their own and what may be done to them. */
export interface World {
  /** Answers in a few words, without ids and times. */
  readonly run: (operation: string, at: At) => Promise<string>;
  /** How they stand at rest, without ids and times. */
  readonly observe: () => Promise<unknown>;
}

/** Operations on the same things, each of which may run beside each. */
export interface Family {
  readonly name: string;
  readonly operations: readonly string[];
  readonly open: (shop: OwnShop) => Promise<World>;
}

export function family<Things>(
  name: string,
  make: (shop: OwnShop) => Promise<Things>,
  operations: Readonly<Record<string, Operation<Things>>>,
  observe: (shop: OwnShop, things: Things) => Promise<unknown>,
): Family {
  return {
    name,
    operations: Object.keys(operations),
    open: async (shop) => {
      const things = await make(shop);
      return {
        run: async (operation, at) => (await operations[operation]?.(things, at)) ?? "no such operation",
        observe: () => observe(shop, things),
      };
    },
  };
}

/** Every request that an operation sent, as `POST /v1/orders`; not those that made its world. */
export const sent = new Set<string>();

/** Sends an operation's request, or one that makes a world, which is on no side. */
export async function send(
  at: OwnInstance | At,
  request: string,
  options: Parameters<typeof callAt>[3] = {},
): Promise<Answer> {
  if ("side" in at) sent.add(request);
  const [method = "", path = ""] = request.split(" ");
  return await callAt(at.url, method, path, options);
}

/** The status, with what a refusal is or what of a success is worth comparing. */
export function brief({ status, body }: Answer, detail?: (body: Answer["body"]) => unknown): string {
  if (status >= 400) return `${status} ${String(body?.type).split("/").at(-1)}`;
  return detail === undefined ? String(status) : `${status} ${JSON.stringify(detail(body))}`;
}
