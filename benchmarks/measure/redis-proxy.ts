export interface RedisProxy {
  readonly url: string;
  /** Calls since they were last forgotten. */
  readonly calls: () => number;
  readonly forget: () => void;
  readonly stop: () => void;
}

/** Stands in front of the Redis endpoint and counts the calls. */
export function startRedisProxy(target: string): RedisProxy {
  let calls = 0;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => {
      calls++;
      const { pathname, search } = new URL(request.url);
      return fetch(target + pathname + search, {
        method: request.method,
        headers: request.headers,
        body: request.body,
      });
    },
  });
  const forget = () => {
    calls = 0;
  };
  return { url: server.url.href.replace(/\/$/, ""), calls: () => calls, forget, stop: () => void server.stop(true) };
}
