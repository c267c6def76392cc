import type { SqlTask } from "./load/sql-load.ts";
import type { Buyer } from "./shop/buyers.ts";
import { goods } from "./shop/goods.ts";

type Transaction = Pick<SqlTask, "variables" | "statements">;

/**
 * What the two statements of the server run for one order of one line, for pgbench: a new order id, one of the buyers, one of the goods.
 * Blanks stand where pgbench would else take a colon for the start of a variable.
 */
export function orderTransaction(buyers: readonly Buyer[]): Transaction {
  const id = "md5(:number::text)";
  const buyer = `('{${buyers.map((one) => one.id).join(",")}}'::uuid[])[:buyer]`;
  const sku = `'${goods.prefix}' || :sku::text`;
  const reserve = `
    select order_id, outcome, reserved_at, short::text
      from inventory.reserve_one_v1(${id}::uuid, ${buyer}, '${bodyHash}', ${sku}, 1, interval '86400 seconds', false)`;
  // What the server's call runs: it commits by itself, so it cannot stand in a transaction.
  const place = `
    select id, outcome, created_at, expires_at
      from orders.place_v3(format('[${orderRow}]', ${id}::uuid, ${buyer}, ${sku}, now()::text)::text::jsonb, array[${buyer}],
                           interval '86400 seconds', interval '60 seconds')`;
  return {
    variables: { number: Number.MAX_SAFE_INTEGER, buyer: buyers.length, sku: goods.count },
    statements: [reserve, place],
  };
}

const bodyHash = "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg";
const price = `{"amount": ${goods.amount}, "currency": "USD"}`;
const line = `{"sku": "%3$s", "name": "${goods.name}", "quantity": 1, "unitPrice": ${price}, "total": ${price}}`;
/** As `place` in src/services/orders/store.ts writes it. */
const orderRow = [
  `{"id": "%1$s", "user_id": "%2$s", "body_hash": "${bodyHash}", "lines": [${line}], "subtotal": ${goods.amount},`,
  ` "discount": 0, "shipping": 0, "tax": 0, "total": ${goods.amount}, "currency": "USD", "coupon": null, "shipping_address": null, "metadata": {},`,
  ` "reserved_at": "%4$s", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}`,
].join("");
