import { getPath } from "hono/utils/url";

/** The path as a URL means it: workerd hands dot segments and backslashes over as they came, Bun does not. */
export function pathOfRequest(request: Request): string {
  const isPlain = !/\/(\.|%2e)|\\/i.test(request.url);
  return getPath(isPlain ? request : new Request(new URL(request.url).href));
}
