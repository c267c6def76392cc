/** What a buyer was told of an order; amounts in minor units. */
export interface AnsweredOrder {
  readonly id: string;
  readonly total: number;
  readonly lines: readonly { readonly sku: string; readonly quantity: number; readonly unitPrice: number }[];
}

/** The same as the shop answers it, as far as it is compared. */
export interface OrderBody {
  readonly id: string;
  readonly total: { readonly amount: number };
  readonly lines: readonly {
    readonly sku: string;
    readonly quantity: number;
    readonly unitPrice: { amount: number };
  }[];
}

export function orderIn({ id, total, lines }: OrderBody): AnsweredOrder {
  return {
    id,
    total: total.amount,
    lines: lines.map(({ sku, quantity, unitPrice }) => ({ sku, quantity, unitPrice: unitPrice.amount })),
  };
}
