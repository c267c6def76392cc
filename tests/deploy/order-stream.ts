import { randomUUID } from "node:crypto";
import { newProduct, newUser } from "../support/client.ts";
import { keepConnection } from "./kept-connection.ts";

/** Buyers who order one thing after the other, each over a connection that is kept, and never try again. */
export interface OrderStream {
  /** The ids of the orders answered 201 so far. */
  readonly placed: readonly string[];
  /** What else was answered, or how a connection failed. */
  readonly errors: readonly string[];
  readonly stop: () => Promise<void>;
}

const buyers = 8;
const thinkMs = 10;

/** Buyers of a product of their own, of the test run's shop, who order at `url`. */
export async function startOrders(url: string): Promise<OrderStream> {
  const [sku = ""] = await newProduct(100_000);
  const users = await Promise.all(Array.from({ length: buyers }, () => newUser()));
  const placed: string[] = [];
  const errors: string[] = [];
  let isOver = false;
  const running = users.map(async ({ token }) => {
    const connection = keepConnection(url);
    for (; !isOver; await Bun.sleep(thinkMs)) {
      const headers = new Headers({
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "idempotency-key": randomUUID(),
      });
      const body = JSON.stringify({ lines: [{ sku, quantity: 1 }] });
      await connection.send("POST", "/v1/orders", headers, body).then(
        (answer) => {
          if (answer.status === 201) placed.push(JSON.parse(answer.body).id);
          else errors.push(`${answer.status} ${answer.body.slice(0, 200)}`);
        },
        (error: unknown) => errors.push(String(error)),
      );
    }
    connection.close();
  });
  return {
    placed,
    errors,
    stop: async () => {
      isOver = true;
      await Promise.all(running);
    },
  };
}
