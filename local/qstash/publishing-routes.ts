import type { BunRequest, Server } from "bun";
import * as v from "valibot";
import { type Accepted, accept, type Publish } from "./accept.ts";
import { requestedDestination } from "./destination.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { checkSize, jsonBody, messageBody, param, type Routes } from "./http.ts";
import { readOptions } from "./read-options.ts";
import { Refusal } from "./refusal.ts";
import { putSchedule } from "./schedules.ts";

const batchMax = 5000;
const batchSchema = v.pipe(
  v.array(
    v.object({
      destination: v.string(),
      headers: v.optional(v.record(v.string(), v.string()), {}),
      body: v.nullish(v.string(), ""),
      queue: v.optional(v.string()),
    }),
  ),
  v.maxLength(batchMax),
);

/** Whatever creates messages: publish, enqueue, batch, and schedules, which publish later. */
export function publishingRoutes({ db, commits, pump }: Dispatcher): Routes {
  /** Answers once the messages are on disk; delivery begins with the same commit. */
  async function acceptAll(publishes: Publish[]): Promise<(Accepted | Accepted[])[]> {
    const accepted = commits.submit(() => publishes.map((publish) => accept(db, publish, Date.now())));
    pump.wake();
    return await accepted;
  }

  async function publishOne(publish: Publish): Promise<Response> {
    const [accepted] = await acceptAll([publish]);
    const duplicates = [accepted].flat().every((one) => one?.deduplicated);
    return Response.json(accepted, { status: duplicates ? 202 : 200 });
  }

  return {
    "/v2/publish/*": {
      POST: async (request, server) => publishOne((await readPublish(request, server, "/v2/publish/")).publish),
    },
    "/v2/enqueue/:queue/*": {
      POST: async (request, server) => {
        const queueName = param(request, "queue");
        const { publish } = await readPublish(request, server, `/v2/enqueue/${encodedQueue(request.url)}/`);
        return publishOne({ ...publish, queueName });
      },
    },
    "/v2/batch": {
      POST: async (request, server) => {
        const publishes = readBatch(await jsonBody(request), callerOf(request, server));
        return Response.json(await acceptAll(publishes));
      },
    },
    "/v2/schedules/*": {
      POST: async (request, server) => {
        const { publish, headers } = await readPublish(request, server, "/v2/schedules/");
        const cron = headers.get("upstash-cron");
        if (!cron) throw new Refusal(400, "Upstash-Cron is missing");
        const queueName = headers.get("upstash-queue-name") ?? undefined;
        const id = headers.get("upstash-schedule-id");
        const scheduleId = await commits.submit(() => putSchedule(db, { ...publish, queueName }, cron, id, Date.now()));
        pump.wake();
        return Response.json({ scheduleId });
      },
    },
  };
}

async function readPublish(
  request: BunRequest,
  server: Server<undefined>,
  prefix: string,
): Promise<{ publish: Publish; headers: Headers }> {
  const { destination, settings } = requestedDestination(request.url, prefix);
  const headers = new Headers(request.headers);
  for (const [name, value] of settings) {
    if (!headers.has(name)) headers.set(name, value);
  }
  const options = readOptions(headers);
  const body = await messageBody(request);
  return { publish: { destination, options, body, callerIP: callerOf(request, server) }, headers };
}

/** One item that makes no sense refuses the batch, before anything of it is accepted. */
function readBatch(body: unknown, callerIP: string): Publish[] {
  const result = v.safeParse(batchSchema, body);
  if (!result.success) throw new Refusal(400, `invalid batch: ${result.issues[0].message}`);
  const encoder = new TextEncoder();
  return result.output.map((item) => {
    const bytes = encoder.encode(item.body ?? "");
    checkSize(bytes);
    const options = readOptions(new Headers(item.headers));
    return { destination: item.destination, options, body: bytes, callerIP, queueName: item.queue };
  });
}

function callerOf(request: Request, server: Server<undefined>): string {
  return server.requestIP(request)?.address ?? "127.0.0.1";
}

/** The queue's name as it stands in the URL, for what follows it has to be found there. */
function encodedQueue(url: string): string {
  return /\/v2\/enqueue\/([^/?]+)\//.exec(url)?.[1] ?? "";
}
