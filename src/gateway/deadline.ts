const usualMs = 15_000;
/** An import lasts as long as its client has lines to send. */
const importMs = 600_000;

/** How long a request to this path may take, in milliseconds. */
export function deadlineMs(path: string): number {
  return path === "/v1/products/imports" ? importMs : usualMs;
}
