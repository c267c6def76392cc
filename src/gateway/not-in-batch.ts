import type { Hono } from "hono";
import type { AppEnv } from "../platform/http/app-env.ts";

/**
 * Routes that no part of a batch may ask for (api.md, section 3), as method and template: what sets cookies or is guessed
 * at, what streams, what others of our own or of our providers call, and files, which are no part of the API.
 */
const notInBatch = [
  / \/v1\/(sessions|password-resets|email-verifications|events|webhooks|batch)(\/|$)/,
  /^POST \/v1\/users$/,
  /^POST \/v1\/products\/imports$/,
  /^GET \/v1\/users\/me\/export$/,
  /^GET \/v1\/orders\/:id\/events$/,
  /^GET \/assets\//,
];

/** Whether the request goes to such a route: by the app's own router, so that no way of writing the path gets past it. */
export function isNotInBatch(app: Hono<AppEnv>, request: Request): boolean {
  const method = request.method === "HEAD" ? "GET" : request.method;
  const [matched] = app.router.match(method, app.getPath(request));
  return matched.some(([[, { path }]]) => notInBatch.some((route) => route.test(`${method} ${path}`)));
}
