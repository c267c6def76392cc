import type { Instance } from "./deps.ts";
import { lazilyPer } from "./lazily-per.ts";

/** Upper bounds of the histogram's buckets, in seconds; a request past the last one has run into its deadline. */
export const bucketBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15] as const;

/** How the requests of one method to one route template were answered. */
interface RouteFigures {
  readonly method: string;
  readonly route: string;
  /** By status. */
  readonly requests: Map<number, number>;
  /** Requests that took no longer than each bound, and longer than the one before it. */
  readonly buckets: number[];
  seconds: number;
}

/** What an instance has answered since it started. Bounded: there are as many rows as routes. */
interface HttpFigures {
  readonly routes: Map<string, RouteFigures>;
  inFlight: number;
}

export const httpFigures = lazilyPer((_: Instance): HttpFigures => ({ routes: new Map(), inFlight: 0 }));

/** Counts an answered request under its route's template. */
export function countRequest(
  instance: Instance,
  { method, route, status, seconds }: { method: string; route: string; status: number; seconds: number },
): void {
  const figures = rowOf(httpFigures(instance), method, route);
  figures.requests.set(status, (figures.requests.get(status) ?? 0) + 1);
  figures.seconds += seconds;
  const bucket = bucketBounds.findIndex((bound) => seconds <= bound);
  const at = bucket < 0 ? bucketBounds.length : bucket;
  figures.buckets[at] = (figures.buckets[at] ?? 0) + 1;
}

function rowOf({ routes }: HttpFigures, method: string, route: string): RouteFigures {
  const key = `${method} ${route}`;
  const known = routes.get(key);
  if (known) return known;
  const row = { method, route, requests: new Map(), buckets: Array(bucketBounds.length + 1).fill(0), seconds: 0 };
  routes.set(key, row);
  return row;
}
