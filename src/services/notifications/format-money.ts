import type { Money } from "../../shared/money.ts";

/** `{amount: 1299, currency: "USD"}` as `$12.99`: minor units by the currency's own number of digits. */
export function formatMoney({ amount, currency }: Money): string {
  const format = new Intl.NumberFormat("en-US", { style: "currency", currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}
