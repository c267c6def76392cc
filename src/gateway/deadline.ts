const usualMs = 15_000;
/** An import lasts as long as its client has lines to send. */
const importMs = 600_000;
/** Under the 20 s of a balancer's patience; no part begins in the last 15. */
const batchMs = 19_500;

/** How long a request to this path may take, in milliseconds. */
export function deadlineMs(path: string): number {
  if (path === "/v1/batch") return batchMs;
  return path === "/v1/products/imports" ? importMs : usualMs;
}
