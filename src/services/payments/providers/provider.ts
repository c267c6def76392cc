import type { Money } from "../../../shared/money.ts";

/** What Headroom needs of a payment provider. Every call may throw UpstreamFailed. */
export interface Provider {
  /** Stands with each payment and in the path of its webhooks. */
  readonly name: string;
  readonly accepts: (paymentMethod: string) => boolean;
  /** Charges at most once for a payment id, however often it is asked; answers the charge as it stands. */
  readonly charge: (request: ChargeRequest) => Promise<Charge>;
  /** The charge of a payment, undefined where there is none. */
  readonly find: (paymentId: string) => Promise<Charge | undefined>;
  /** How long `find` may not know a charge that there is. */
  readonly findsWithinSeconds: number;
  /** Gives back at most once for a refund id; answers the refund as it stands. */
  readonly refund: (request: RefundRequest) => Promise<RefundStatus>;
  /** What a webhook says; undefined where it is not signed by the provider. */
  readonly readWebhook: (headers: Headers, body: string) => Promise<ProviderMessage | undefined>;
}

export interface ChargeRequest {
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

export interface RefundRequest {
  readonly refundId: string;
  readonly paymentId: string;
  /** The provider's name for the charge, where it was noted. */
  readonly reference: string | null;
  readonly amount: Money;
}

export type RefundStatus = "processing" | "succeeded" | "failed";

export type ProviderMessage =
  | { readonly about: "charge"; readonly paymentId: string; readonly charge: Charge }
  /** Money went back, or did not after all. `refundId`: by which refund of ours; null: by none; absent: it does not say. */
  | {
      readonly about: "refund";
      readonly paymentId: string;
      readonly refundId?: string | null | undefined;
      readonly status: "succeeded" | "failed";
      readonly amount: Money;
    }
  /** Signed, and nothing that concerns us. */
  | { readonly about: "else" };
