import { deadLetter, deleteDeadLetters, listDeadLetters, retryDeadLetters } from "./dead-letters.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { listEvents } from "./events-log.ts";
import { type Filter, readFilter } from "./filters.ts";
import { type Handler, jsonBody, pageSize, param, type Routes } from "./http.ts";
import { cancelMessages, messageById } from "./messages.ts";
import { deleteQueue, listQueues, pauseQueue, queueNamed, upsertQueue } from "./queues.ts";
import { Refusal } from "./refusal.ts";
import { deleteSchedule, listSchedules, pauseSchedule, schedule } from "./schedules.ts";
import { rotateKeys, signingKeys } from "./signing-keys.ts";
import { addEndpoints, deleteUrlGroup, listUrlGroups, removeEndpoints, urlGroup } from "./url-groups.ts";

const done = () => new Response(null, { status: 200 });

/** Everything but publishing and flow control: messages, logs, dead letters, queues, schedules, URL groups, keys. */
export function managementRoutes(dispatcher: Dispatcher): Routes {
  return {
    ...messageRoutes(dispatcher),
    ...deadLetterRoutes(dispatcher),
    ...queueRoutes(dispatcher),
    ...scheduleRoutes(dispatcher),
    ...urlGroupRoutes(dispatcher),
    "/v2/keys": { GET: () => Response.json(signingKeys(dispatcher.db)) },
    "/v2/keys/rotate": { POST: () => Response.json(rotateKeys(dispatcher.db)) },
  };
}

function messageRoutes({ db, pump }: Dispatcher): Routes {
  const cancel = (filter: Filter, count: number) => {
    const cancelled = db.transaction(() => cancelMessages(db, filter, count, Date.now()))();
    pump.wake();
    return cancelled;
  };
  const events = (request: Request) => {
    const { searchParams } = new URL(request.url);
    return listEvents(db, readFilter(searchParams), pageSize(searchParams), searchParams.get("cursor") ?? undefined);
  };
  return {
    "/v2/messages": {
      DELETE: (request) => {
        const { searchParams } = new URL(request.url);
        return Response.json({ cancelled: cancel(readFilter(searchParams), countOf(searchParams)) });
      },
    },
    "/v2/messages/:id": {
      GET: (request) => Response.json(messageById(db, param(request, "id"))),
      DELETE: (request) => {
        const id = param(request, "id");
        const cancelled = cancel(new Map([["messageId", [id]]]), 1);
        if (cancelled === 0) throw new Refusal(404, `message not found: ${id}`);
        return Response.json({ cancelled });
      },
    },
    "/v2/events": { GET: (request) => Response.json(events(request)) },
    "/v2/logs": {
      GET: (request) => {
        const { events: logs, cursor } = events(request);
        return Response.json({ cursor, logs });
      },
    },
  };
}

function deadLetterRoutes({ db, pump }: Dispatcher): Routes {
  const only = (id: string): Filter => new Map([["dlqId", [id]]]);
  const retry = (filter: Filter, count: number, cursor?: string) => {
    const retried = db.transaction(() => retryDeadLetters(db, filter, count, cursor, Date.now()))();
    pump.wake();
    return retried;
  };
  return {
    "/v2/dlq": {
      GET: (request) => {
        const { searchParams, filter, cursor } = listing(request);
        return Response.json(listDeadLetters(db, filter, pageSize(searchParams), cursor));
      },
      DELETE: (request) => {
        const { searchParams, filter, cursor } = listing(request);
        return Response.json(db.transaction(() => deleteDeadLetters(db, filter, countOf(searchParams), cursor))());
      },
    },
    "/v2/dlq/retry": {
      POST: (request) => {
        const { searchParams, filter, cursor } = listing(request);
        return Response.json(retry(filter, countOf(searchParams), cursor), { status: 201 });
      },
    },
    "/v2/dlq/retry/:id": {
      POST: (request) => {
        const id = param(request, "id");
        const [response] = retry(only(id), 1).responses;
        if (!response) throw new Refusal(404, `dead letter not found: ${id}`);
        return Response.json(response, { status: 201 });
      },
    },
    "/v2/dlq/:id": {
      GET: (request) => Response.json(deadLetter(db, param(request, "id"))),
      DELETE: (request) => {
        const id = param(request, "id");
        if (deleteDeadLetters(db, only(id), 1, undefined).deleted === 0) {
          throw new Refusal(404, `dead letter not found: ${id}`);
        }
        return done();
      },
    },
  };
}

function queueRoutes({ db, pump }: Dispatcher): Routes {
  const pause = (paused: boolean): Handler => {
    return (request) => {
      pauseQueue(db, param(request, "name"), paused, Date.now());
      pump.wake();
      return done();
    };
  };
  return {
    "/v2/queues": {
      GET: () => Response.json(listQueues(db)),
      POST: async (request) => {
        upsertQueue(db, await jsonBody(request), Date.now());
        pump.wake();
        return done();
      },
    },
    "/v2/queues/:name": {
      GET: (request) => Response.json(found(queueNamed(db, param(request, "name")), "queue")),
      DELETE: (request) => {
        db.transaction(() => deleteQueue(db, param(request, "name")))();
        return done();
      },
    },
    "/v2/queues/:name/pause": { POST: pause(true) },
    "/v2/queues/:name/resume": { POST: pause(false) },
  };
}

function scheduleRoutes({ db, pump }: Dispatcher): Routes {
  const pause = (paused: boolean): Handler => {
    return (request) => {
      pauseSchedule(db, param(request, "id"), paused, Date.now());
      pump.wake();
      return done();
    };
  };
  return {
    "/v2/schedules": { GET: () => Response.json(listSchedules(db)) },
    "/v2/schedules/:id": {
      GET: (request) => Response.json(schedule(db, param(request, "id"))),
      DELETE: (request) => {
        deleteSchedule(db, param(request, "id"));
        return done();
      },
    },
    // The client sends PATCH, the documentation says POST.
    "/v2/schedules/:id/pause": { PATCH: pause(true), POST: pause(true) },
    "/v2/schedules/:id/resume": { PATCH: pause(false), POST: pause(false) },
  };
}

function urlGroupRoutes({ db }: Dispatcher): Routes {
  return {
    "/v2/topics": { GET: () => Response.json(listUrlGroups(db)) },
    "/v2/topics/:name": {
      GET: (request) => Response.json(found(urlGroup(db, param(request, "name")), "URL group")),
      DELETE: (request) => {
        deleteUrlGroup(db, param(request, "name"));
        return done();
      },
    },
    "/v2/topics/:name/endpoints": {
      POST: async (request) => {
        addEndpoints(db, param(request, "name"), await jsonBody(request), Date.now());
        return done();
      },
      DELETE: async (request) => {
        removeEndpoints(db, param(request, "name"), await jsonBody(request), Date.now());
        return done();
      },
    },
  };
}

function listing(request: Request): { searchParams: URLSearchParams; filter: Filter; cursor?: string } {
  const { searchParams } = new URL(request.url);
  return { searchParams, filter: readFilter(searchParams), cursor: searchParams.get("cursor") ?? undefined };
}

/** How many a bulk action may touch; the client asks for 100 unless told otherwise. */
function countOf(query: URLSearchParams): number {
  const asked = Number(query.get("count") ?? 1000);
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, 1000) : 1000;
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Refusal(404, `${what} not found`);
  return value;
}
