import type { Money } from "../../../shared/money.ts";

/** What Headroom needs of a payment provider. Every call but `readWebhook` may throw UpstreamFailed. */
export interface Provider {
  /** Stands with each payment and in the path of its webhooks. */
  readonly name: string;
  readonly accepts: (paymentMethod: string) => boolean;
  /** Charges at most once for a payment id, however often it is asked; answers the charge as it stands. */
  readonly charge: (request: ChargeRequest) => Promise<Charge>;
  /** The charge of a payment, undefined where there is none. */
  readonly find: (paymentId: string) => Promise<Charge | undefined>;
  /** Gives back at most once for a refund id; answers the refund as it stands. */
  readonly refund: (request: RefundRequest) => Promise<RefundStatus>;
  /** What a webhook says; undefined where it is not signed by the provider. */
  readonly readWebhook: (headers: Headers, body: string) => ProviderMessage | undefined;
}

interface ChargeRequest {
  readonly paymentId: string;
  readonly amount: Money;
  readonly paymentMethod: string;
}

export interface Charge {
  readonly status: "processing" | "captured" | "failed";
  readonly amount: Money;
  readonly reference: string | null;
  readonly failureCode?: string | undefined;
}

interface RefundRequest {
  readonly refundId: string;
  readonly paymentId: string;
  readonly amount: Money;
}

type RefundStatus = "processing" | "succeeded" | "failed";

export type ProviderMessage =
  | { readonly about: "charge"; readonly paymentId: string; readonly charge: Charge }
  /** Money went back; `refundId` where the provider says by which refund of ours. */
  | {
      readonly about: "refund";
      readonly paymentId: string;
      readonly refundId?: string | undefined;
      readonly amount: Money;
    }
  /** Signed, and nothing that concerns us. */
  | { readonly about: "else" };
