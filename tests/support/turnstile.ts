interface Watched {
  /** Of what stands behind. */
  readonly upstream: () => string;
  /** Sockets that it has opened so far, and those open at this moment. */
  readonly opened: () => number;
  readonly open: () => number;
}

/** What one request did while it was alone. */
interface Turn {
  readonly request: string;
  readonly opened: number;
  /** Sockets that it never closed. */
  readonly leftOpen: number;
  readonly cacheStatus: string | null;
}

export interface Turnstile {
  readonly url: string;
  /** Lets the next request in only when the one before and the work behind its answer have ended. */
  readonly oneAtATime: (on: boolean) => void;
  readonly turns: () => readonly Turn[];
  /** Requests that came by so far, and those not yet answered. */
  readonly passed: () => number;
  readonly underWay: () => number;
  readonly stop: () => void;
}

const closedWithinMs = 5_000;
const quietMs = 50;

/** An HTTP proxy before a server whose sockets are counted, so that each is known to belong to one request. */
export function startTurnstile(watched: Watched): Turnstile {
  const turns: Turn[] = [];
  let [isAlone, passed, underWay] = [false, 0, 0];
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (request: Request) => {
    const answer = last.then(async () => {
      const before = watched.opened();
      const passedOn = await passOn(request, watched.upstream());
      const left = await leftOpen(watched);
      turns.push({
        request: `${request.method} ${new URL(request.url).pathname}`,
        opened: watched.opened() - before,
        leftOpen: left,
        cacheStatus: passedOn.headers.get("cache-status"),
      });
      return passedOn;
    });
    last = answer.catch(() => undefined);
    return answer;
  };
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 60,
    fetch: async (request) => {
      passed++;
      underWay++;
      return await (isAlone ? inTurn(request) : passOn(request, watched.upstream())).finally(() => underWay--);
    },
  });
  return {
    url: server.url.origin,
    oneAtATime: (on) => {
      isAlone = on;
    },
    turns: () => turns,
    passed: () => passed,
    underWay: () => underWay,
    stop: () => void server.stop(true),
  };
}

async function passOn(request: Request, upstream: string): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const { method, headers } = request;
  const body = method === "GET" ? undefined : await request.arrayBuffer();
  const answer = await fetch(upstream + pathname + search, { method, headers, ...(body ? { body } : {}) });
  return new Response(await answer.arrayBuffer(), answer);
}

/** How many sockets stay open once nothing more happens: work behind an answer may open its first one late. */
async function leftOpen({ opened, open }: Watched): Promise<number> {
  const start = Date.now();
  for (let [seen, quietSince] = [opened(), start]; Date.now() - quietSince < quietMs; await Bun.sleep(5)) {
    if (Date.now() - start > closedWithinMs) break;
    if (open() > 0 || opened() > seen) [seen, quietSince] = [opened(), Date.now()];
  }
  return open();
}
