/**
 * Every refusal Headroom can answer, once: slug -> status, title, what it means and what to do.
 * `/problems` is generated from this table, so each problem's `type` resolves to a page.
 */
export const problems = {
  "malformed-request": [400, "Malformed request", "The request cannot be read.", "Send valid UTF-8 JSON."],
  "cursor-invalid": [
    400,
    "Invalid cursor",
    "The cursor is damaged or belongs to another list.",
    "Start from the first page.",
  ],
  "header-invalid": [400, "Invalid header", "A header cannot be read.", "Correct the header that the detail names."],
  "idempotency-key-missing": [
    400,
    "Idempotency-Key is missing",
    "This request must carry a key so that a retry cannot act twice.",
    "Send an Idempotency-Key header, the same for each retry.",
  ],
  "idempotency-key-invalid": [
    400,
    "Idempotency-Key is invalid",
    "The key is not 1 to 255 visible ASCII characters.",
    "Send a UUID or another short unique string.",
  ],
  "token-invalid": [
    400,
    "Invalid token",
    "The token of the mail is unknown, used or expired.",
    "Ask for a new mail and follow its link.",
  ],
  unauthenticated: [
    401,
    "Not authenticated",
    "The request carries no usable access token or API key.",
    "Log in and send Authorization: Bearer <token>.",
  ],
  "token-expired": [
    401,
    "Token expired",
    "The access token has expired.",
    "Refresh the session and repeat the request.",
  ],
  "session-revoked": [401, "Session ended", "The session was ended, or its refresh token was reused.", "Log in again."],
  "refresh-token-invalid": [401, "Invalid refresh token", "The refresh token is unknown or expired.", "Log in again."],
  "wrong-credentials": [401, "Wrong credentials", "E-mail or password is wrong.", "Check both, or reset the password."],
  "signature-invalid": [
    401,
    "Invalid signature",
    "The message is not signed by a known sender.",
    "Sign the raw body with the current secret.",
  ],
  "reauthentication-required": [
    401,
    "Log in again",
    "The password was entered over 15 minutes ago, and this asks for it anew.",
    "Log in again and repeat the request with the new token.",
  ],
  forbidden: [
    403,
    "Forbidden",
    "The caller's role, or the API key's scopes, do not allow this.",
    "Use an account with the role it needs, or a key with the scope that the OpenAPI document names.",
  ],
  "account-disabled": [403, "Account disabled", "This account has been disabled.", "Contact the shop."],
  "not-found": [404, "Not found", "There is no such thing, or it is not yours.", "Check the path."],
  "method-not-allowed": [
    405,
    "Method not allowed",
    "The path exists, the method does not.",
    "Use a method of the Allow header.",
  ],
  "email-taken": [
    409,
    "E-mail taken",
    "An account with this e-mail exists.",
    "Log in, or register with another e-mail.",
  ],
  "slug-taken": [409, "Slug taken", "Another product has this slug.", "Choose another slug."],
  "sku-taken": [409, "SKU taken", "Another product has one of these SKUs.", "Choose other SKUs."],
  "out-of-stock": [
    409,
    "Out of stock",
    "There is not enough stock of the SKUs listed in `skus`.",
    "Order less, or other things.",
  ],
  "price-changed": [
    409,
    "Price changed",
    "The total differs from `expectedTotal`.",
    "Show the new `total` and order again.",
  ],
  "coupon-exhausted": [
    409,
    "Coupon exhausted",
    "The coupon was used as often as it may be, by all or by you.",
    "Order without it.",
  ],
  "order-state": [
    409,
    "Order state",
    "The order's status does not allow this; `orderStatus` has it.",
    "Read the order and decide again.",
  ],
  "payment-in-progress": [
    409,
    "Payment in progress",
    "Another payment of this order is being processed.",
    "Wait for its outcome.",
  ],
  "payment-state": [
    409,
    "Payment state",
    "The payment's status does not allow this.",
    "Read the payment and decide again.",
  ],
  "refund-exceeds-captured": [
    409,
    "Refund exceeds what was captured",
    "More than is left of the payment would go back; `refundable` says what is left.",
    "Refund at most that.",
  ],
  "orders-open": [
    409,
    "Orders are open",
    "An order is paid or shipped, so the account cannot be erased yet.",
    "Cancel the order, or wait until it is delivered.",
  ],
  "limit-reached": [
    409,
    "Limit reached",
    "There are as many of these as there may be; `limit` says how many.",
    "End one that is not needed.",
  ],
  "stock-below-reserved": [
    409,
    "Stock below reserved",
    "More units are reserved than the stock you set.",
    "Set at least what is reserved.",
  ],
  "precondition-failed": [
    412,
    "Precondition failed",
    "The thing has changed since you read it.",
    "Read it again and repeat your change.",
  ],
  "precondition-required": [
    428,
    "Precondition required",
    "An update must name the version it was made from.",
    "Send If-Match with the ETag you read.",
  ],
  "body-too-large": [413, "Body too large", "The body exceeds 1 MiB.", "Send less at a time."],
  "unsupported-media-type": [
    415,
    "Unsupported media type",
    "The body's media type is not supported here.",
    "Send Content-Type: application/json.",
  ],
  "invalid-request": [
    422,
    "Invalid request",
    "Fields listed in `errors` are not allowed as they are.",
    "Correct each field that `errors` names.",
  ],
  "idempotency-key-reused": [
    422,
    "Idempotency-Key reused",
    "This key was used with another body.",
    "Use a new key for a new request.",
  ],
  "sku-unknown": [
    422,
    "Unknown SKU",
    "The shop does not sell the SKUs listed in `skus`.",
    "Remove them from the order.",
  ],
  "currency-mismatch": [422, "Currency mismatch", "The shop trades in another currency.", "Use the shop's currency."],
  "coupon-invalid": [422, "Invalid coupon", "The coupon is unknown or not valid now.", "Order without it."],
  "not-in-batch": [422, "Not in a batch", "This request cannot be a part of a batch.", "Send it by itself."],
  "weak-password": [422, "Weak password", "The password is too easy to guess.", "Choose a longer, unusual password."],
  "target-forbidden": [
    422,
    "Target forbidden",
    "Webhooks are not sent to this URL: it may lead into a private network.",
    "Use an https:// URL of a public host at a usual port, without user info.",
  ],
  "rate-limited": [429, "Rate limited", "Too many requests under the `policy` named.", "Wait for Retry-After seconds."],
  "too-many-attempts": [
    429,
    "Too many attempts",
    "Too many failed log-ins.",
    "Wait for Retry-After seconds, or reset the password.",
  ],
  internal: [
    500,
    "Internal error",
    "Something went wrong on our side.",
    "Try again; if it persists, report the requestId.",
  ],
  "loop-detected": [508, "Loop detected", "The request passed through too many services.", "Check the services' URLs."],
  overloaded: [503, "Overloaded", "The server is at its bound and refuses early.", "Retry after Retry-After seconds."],
  draining: [503, "Draining", "This instance is shutting down.", "Retry; another instance will answer."],
  "primary-unavailable": [
    503,
    "Primary unavailable",
    "The primary database cannot be reached; reads go on.",
    "Retry after Retry-After seconds with the same Idempotency-Key.",
  ],
  "service-unavailable": [
    503,
    "Service unavailable",
    "The service named in `service` cannot be reached.",
    "Retry after Retry-After seconds.",
  ],
  "upstream-timeout": [504, "Upstream timeout", "A service behind this one did not answer in time.", "Retry."],
} as const satisfies Record<string, readonly [status: number, title: string, meaning: string, remedy: string]>;

export type ProblemSlug = keyof typeof problems;

/** An expected refusal: thrown where it is noticed, written as problem+json in one place (platform/http/problem.ts). */
export class Problem extends Error {
  constructor(
    readonly slug: ProblemSlug,
    /** For the client: what is wrong and what to change. */
    readonly detail: string,
    /** Further members of the problem, such as `skus`. */
    readonly members: Readonly<Record<string, unknown>> = {},
    /** Response headers, such as Retry-After. */
    readonly headers: Readonly<Record<string, string>> = {},
    options?: ErrorOptions,
  ) {
    super(`${slug}: ${detail}`, options);
    this.name = "Problem";
  }

  get status(): number {
    return problems[this.slug][0];
  }
}

/** A refusal that invites a retry after the given seconds. */
export function retryLater(slug: "overloaded" | "primary-unavailable", detail: string, seconds = 1): Problem {
  return new Problem(slug, detail, {}, { "Retry-After": String(seconds) });
}

/** A field that can be read and is not allowed: its dot path, empty for the whole, and what is wrong. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** Says of each field what is wrong, never what was sent: that may be a password. */
export function notAllowed(...errors: readonly FieldError[]): Problem {
  const named = errors.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
  return new Problem("invalid-request", `Not allowed: ${named}`, { errors });
}

export function isSlug(text: string): text is ProblemSlug {
  return Object.hasOwn(problems, text);
}
