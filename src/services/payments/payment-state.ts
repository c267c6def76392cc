export type PaymentStatus = "processing" | "captured" | "failed" | "refunded";

/**
 * A payment's life (api.md 4): from each status, where it may go. A failed one is captured where the money moved after
 * all; what fits no arrow changes nothing.
 */
export const paymentState = {
  processing: ["captured", "failed"],
  failed: ["captured"],
  captured: ["refunded"],
  refunded: [],
} as const satisfies Record<PaymentStatus, readonly PaymentStatus[]>;
