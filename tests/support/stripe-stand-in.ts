import { randomUUID } from "node:crypto";

interface Intent {
  readonly id: string;
  readonly object: "payment_intent";
  readonly amount: number;
  amount_received: number;
  readonly currency: string;
  status: string;
  last_payment_error: object | null;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Refund {
  readonly id: string;
  readonly object: "refund";
  readonly amount: number;
  readonly currency: string;
  readonly payment_intent: string;
  status: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** How it fails: `down` answers 503 and does nothing, `lost` does it and answers 500, `silent` never answers. */
type Mode = "ok" | "down" | "lost" | "silent";

interface Asked {
  readonly call: string;
  readonly key: string | null;
  readonly params: URLSearchParams;
}

export type StripeStandIn = ReturnType<typeof startStripeStandIn>;

/** Each payment method's outcome; any other there is not. */
const outcomes: Readonly<Record<string, string>> = {
  pm_card_visa: "succeeded",
  pm_card_slow: "processing",
  pm_card_chargeDeclined: "requires_payment_method",
};

interface Answer {
  readonly status: number;
  readonly body: object;
}

type Routes = Readonly<Record<string, (params: URLSearchParams, id: string) => Answer>>;

interface Books {
  readonly intents: Map<string, Intent>;
  readonly refunds: Refund[];
  readonly knobs: {
    mode: Mode;
    /** Whether the search index has what there is. */
    indexed: boolean;
    /** The status that new refunds have. */
    refundsBecome: string;
  };
}

/**
 * Answers as Stripe documents it what our provider asks (https://docs.stripe.com/api), with its idempotency and a search
 * index that may be behind. What stripe-mock cannot do: it knows no state and declines nothing.
 */
export function startStripeStandIn() {
  const books: Books = {
    intents: new Map(),
    refunds: [],
    knobs: { mode: "ok", indexed: true, refundsBecome: "succeeded" },
  };
  const { intents, refunds, knobs } = books;
  const asked: Asked[] = [];
  const answers = new Map<string, Answer>();
  const routes = { ...intentRoutes(books), ...refundRoutes(books) };
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const { pathname, searchParams } = new URL(request.url);
      const [, id = ""] = /^\/v1\/payment_intents\/(pi_\w+)$/.exec(pathname) ?? [];
      const call = `${request.method} ${id ? pathname.replace(id, ":id") : pathname}`;
      const params = request.method === "GET" ? searchParams : new URLSearchParams(await request.text());
      const key = request.headers.get("Idempotency-Key");
      asked.push({ call, key, params });
      if (request.headers.get("Authorization") !== "Bearer sk_test_123") return answered(refused(401, {}));
      if (knobs.mode === "down") return answered(refused(503, { type: "api_error" }));
      if (knobs.mode === "silent") return await new Promise<Response>(() => undefined);
      const known = key === null ? undefined : answers.get(key);
      const answer = known ?? routes[call]?.(params, id) ?? refused(404, {});
      if (key !== null) answers.set(key, answer);
      return knobs.mode === "lost"
        ? answered(refused(500, { type: "api_error" }))
        : answered(answer, known ? { "Idempotent-Replayed": "true" } : {});
    },
  });
  return {
    url: server.url.href.replace(/\/$/, ""),
    knobs,
    /** What was asked, oldest first. */
    asked,
    intentsOf: (paymentId: string) => [...intents.values()].filter(({ metadata }) => metadata.paymentId === paymentId),
    refundsOf: (paymentId: string) => refunds.filter(({ metadata }) => metadata.paymentId === paymentId),
    /** As Stripe does after a day. */
    forgetKeys: () => answers.clear(),
    /** Runs the work while it fails so. */
    whileIs: async <T>(mode: Mode, work: () => Promise<T>): Promise<T> => {
      knobs.mode = mode;
      try {
        return await work();
      } finally {
        knobs.mode = "ok";
      }
    },
    stop: () => void server.stop(true),
  };
}

function intentRoutes({ intents, knobs }: Books): Routes {
  return {
    "POST /v1/payment_intents": (params) => {
      const status = outcomes[params.get("payment_method") ?? ""];
      if (status === undefined) return refused(400, { type: "invalid_request_error", code: "resource_missing" });
      const amount = Number(params.get("amount"));
      const error =
        status === "requires_payment_method"
          ? { type: "card_error", code: "card_declined", decline_code: "insufficient_funds" }
          : null;
      const intent: Intent = {
        id: `pi_${randomUUID().replaceAll("-", "")}`,
        object: "payment_intent",
        amount,
        amount_received: status === "succeeded" ? amount : 0,
        currency: params.get("currency") ?? "",
        status,
        last_payment_error: error,
        metadata: metadataIn(params),
      };
      intents.set(intent.id, intent);
      return error ? refused(402, { ...error, payment_intent: intent }) : { status: 200, body: { ...intent } };
    },
    "GET /v1/payment_intents/search": (params) => {
      const [, id] = /^metadata\['paymentId'\]:'(.+)'$/.exec(params.get("query") ?? "") ?? [];
      const found = knobs.indexed ? [...intents.values()].filter(({ metadata }) => metadata.paymentId === id) : [];
      return { status: 200, body: { object: "search_result", data: found, has_more: false } };
    },
    "GET /v1/payment_intents/:id": (_, id) => ({ status: 200, body: intents.get(id) ?? {} }),
  };
}

function refundRoutes({ intents, refunds, knobs }: Books): Routes {
  return {
    "GET /v1/refunds": (params) => {
      const data = refunds.filter(({ payment_intent }) => payment_intent === params.get("payment_intent"));
      return { status: 200, body: { object: "list", data, has_more: false } };
    },
    "POST /v1/refunds": (params) => {
      const intent = intents.get(params.get("payment_intent") ?? "");
      const amount = Number(params.get("amount"));
      const back = refunds.filter((one) => one.payment_intent === intent?.id && one.status !== "failed");
      const left = (intent?.amount_received ?? 0) - back.reduce((sum, one) => sum + one.amount, 0);
      if (intent === undefined || amount > left)
        return refused(400, { type: "invalid_request_error", code: "charge_already_refunded" });
      const refund: Refund = {
        id: `re_${randomUUID().replaceAll("-", "")}`,
        object: "refund",
        amount,
        currency: intent.currency,
        payment_intent: intent.id,
        status: knobs.refundsBecome,
        metadata: metadataIn(params),
      };
      refunds.push(refund);
      return { status: 200, body: { ...refund } };
    },
  };
}

function refused(status: number, error: object): Answer {
  return { status, body: { error: { message: "refused", ...error } } };
}

function answered({ status, body }: Answer, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers });
}

function metadataIn(params: URLSearchParams): Record<string, string> {
  const entries = [...params].map(([name, value]) => [/^metadata\[(\w+)\]$/.exec(name)?.[1], value] as const);
  return Object.fromEntries(entries.filter(([name]) => name !== undefined));
}
