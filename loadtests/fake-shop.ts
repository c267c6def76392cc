import { setTimeout as wait } from "node:timers/promises";

type Meets = (request: Request) => Promise<Response | undefined> | Response | undefined;

interface FakeOrder {
  id: string;
  status: string;
  total: { amount: number };
  lines: { sku: string; quantity: number; unitPrice: { amount: number } }[];
}

const products = Array.from({ length: 20 }, (_, i) => ({
  id: crypto.randomUUID(),
  slug: `thing-${i}`,
  category: "things",
  price: { amount: 100, currency: "USD" },
  variants: [{ sku: `THING-${i}`, available: true }],
}));

/**
 * A shop that keeps what the journeys ask of one, in memory, with a fault: `meets` sees each request first and may
 * delay it or answer in the shop's place. With `oversells` it takes every order.
 */
export function startFakeShop(meets: Meets = () => undefined, { oversells = false } = {}) {
  const stock = new Map(products.flatMap(({ variants }) => variants.map(({ sku }) => [sku, 1_000_000])));
  const orders = new Map<string, Map<string, FakeOrder>>();
  const ordersOf = (request: Request) => {
    const buyer = request.headers.get("authorization") ?? "";
    return orders.get(buyer) ?? orders.set(buyer, new Map()).get(buyer) ?? new Map<string, FakeOrder>();
  };

  const place = async (request: Request) => {
    const { lines } = (await request.json()) as FakeOrder;
    const [{ sku = "", quantity = 0 } = {}] = lines;
    const left = (stock.get(sku) ?? 0) - quantity;
    if (left < 0 && !(oversells && stock.has(sku)))
      return Response.json({ type: "/problems/out-of-stock" }, { status: 409 });
    stock.set(sku, left);
    const priced = lines.map((line) => ({ ...line, unitPrice: { amount: 100 } }));
    const order = { id: crypto.randomUUID(), status: "pending", total: { amount: 100 }, lines: priced };
    ordersOf(request).set(order.id, order);
    return Response.json(order, { status: 201 });
  };
  const pay = (request: Bun.BunRequest<"/v1/orders/:id/payments">) => {
    const order = ordersOf(request).get(request.params.id);
    if (order !== undefined) order.status = "paid";
    return Response.json({ status: "captured" }, { status: 201 });
  };
  const showProduct = ({ params, headers }: Bun.BunRequest<"/v1/products/:id">) => {
    const product = products.find(({ id, slug }) => [id, slug].includes(params.id));
    if (headers.has("if-none-match")) return new Response(null, { status: 304, headers: { ETag: '"1"' } });
    return Response.json(product, { headers: { ETag: '"1"' } });
  };
  const showStock = ({ params }: Bun.BunRequest<"/v1/stock/:sku">) =>
    Response.json({ available: stock.get(params.sku) });
  const count = async (request: Bun.BunRequest<"/v1/stock/:sku">) => {
    stock.set(request.params.sku, ((await request.json()) as { onHand: number }).onHand);
    return Response.json({});
  };

  const first = <R extends Request>(answer: (request: R) => Response | Promise<Response>) => {
    return async (request: R) => (await meets(request)) ?? answer(request);
  };
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    routes: {
      "/healthz": () => new Response(),
      "/v1/sessions": first(async (request) => {
        const { email } = (await request.json()) as { email: string };
        return Response.json({ accessToken: email, refreshToken: email, expiresIn: 600 }, { status: 201 });
      }),
      "/v1/products": first(() => Response.json({ data: products, nextCursor: null })),
      "/v1/products/:id": {
        GET: first(showProduct),
        PUT: first(() => Response.json({}, { status: 201 })),
        DELETE: first(() => new Response(null, { status: 204 })),
      },
      "/v1/categories": first(() => Response.json({ data: [{ slug: "things" }], nextCursor: null })),
      "/v1/stock/:sku": { GET: first(showStock), PUT: first(count) },
      "/v1/orders": {
        POST: first(place),
        GET: first((request) => Response.json({ data: [...ordersOf(request).values()], nextCursor: null })),
      },
      "/v1/orders/:id": first((request: Bun.BunRequest<"/v1/orders/:id">) =>
        Response.json(ordersOf(request).get(request.params.id)),
      ),
      "/v1/orders/:id/payments": first(pay),
    },
  });
}

export function refusal(): Response {
  return Response.json({ type: "/problems/overloaded" }, { status: 503, headers: { "Retry-After": "1" } });
}

export async function after(milliseconds: number): Promise<undefined> {
  await wait(milliseconds);
}
