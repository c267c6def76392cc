/**
 * The client's address behind `trusted` proxies of ours, each of which appended the address it saw to X-Forwarded-For:
 * the one that many places from the end. What stands before it is the client's own word and is not believed.
 */
export function forwardedAddress(request: Request, trusted: number): string | undefined {
  if (trusted === 0) return undefined;
  const chain = request.headers.get("x-forwarded-for")?.split(",") ?? [];
  return chain.at(-trusted)?.trim();
}
