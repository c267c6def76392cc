import type { BunRequest } from "bun";
import type { Dispatcher } from "./dispatcher.ts";
import {
  describeFlow,
  type FlowControl,
  flowControl,
  listFlowControls,
  pauseFlow,
  pinFlow,
  unpinFlow,
} from "./flow-control.ts";
import { param, type Routes } from "./http.ts";
import { periodSeconds } from "./read-options.ts";
import { Refusal } from "./refusal.ts";

/** Shows and steers flow control, key by key. */
export function flowRoutes({ db, pump, windows, parallelism }: Dispatcher): Routes {
  /** A route that changes one key, after which waiting messages may go. */
  const change = (apply: (key: string, query: URLSearchParams) => void) => ({
    POST: (request: BunRequest) => {
      apply(param(request, "key"), new URL(request.url).searchParams);
      pump.wake();
      return new Response(null, { status: 200 });
    },
  });
  const describe = (flow: FlowControl) => describeFlow(db, windows, flow, Date.now());
  return {
    "/v2/flowControl": { GET: () => Response.json(listFlowControls(db).map(describe)) },
    "/v2/flowControl/:key": {
      GET: (request) => {
        const flow = flowControl(db, param(request, "key"));
        if (!flow) throw new Refusal(404, "flow control key not found");
        return Response.json(describe(flow));
      },
    },
    "/v2/flowControl/:key/pause": change((key) => pauseFlow(db, key, true)),
    "/v2/flowControl/:key/resume": change((key) => pauseFlow(db, key, false)),
    "/v2/flowControl/:key/pin": change((key, query) => pinFlow(db, key, limitsIn(query))),
    "/v2/flowControl/:key/unpin": change((key, query) =>
      unpinFlow(db, key, { parallelism: query.get("parallelism") === "true", rate: query.get("rate") === "true" }),
    ),
    "/v2/flowControl/:key/resetRate": change((key) => windows.delete(key)),
    "/v2/globalParallelism": {
      GET: () => Response.json({ parallelismMax: parallelism, parallelismCount: pump.active() }),
    },
  };
}

function limitsIn(query: URLSearchParams): { parallelism?: number; rate?: number; period?: number } {
  const period = query.get("period");
  return {
    parallelism: positive(query.get("parallelism")),
    rate: positive(query.get("rate")),
    period: period ? periodSeconds(period) : undefined,
  };
}

function positive(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Refusal(400, `not a limit: ${text}`);
  return Number(text);
}
