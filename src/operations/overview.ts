import type { EventFigures } from "../contracts/ports.ts";
import { type Service, services } from "../contracts/services.ts";
import type { Scope } from "../platform/scope.ts";
import { within } from "../platform/within.ts";
import type { Overview } from "./ops-schemas.ts";

const askedForMs = 2_000;

/** How the services and their events stand. What cannot be asked is away; the rest is said nevertheless. */
export async function overview(scope: Scope): Promise<Overview> {
  const { redis, ports } = scope.deps;
  const standing = async (name: Service) => ofService(name, await answered(() => ports.events.figures(scope, name)));
  return {
    services: await Promise.all(services.map(standing)),
    redis: (await answered(() => redis.ping())) === undefined ? "away" : "ok",
  };
}

function ofService(name: Service, figures: { readonly value: EventFigures } | undefined): Overview["services"][number] {
  if (figures === undefined)
    return { name, status: "away", unpublishedEvents: null, unpublishedSince: null, deadEvents: null };
  const { unpublished, unpublishedSince, dead } = figures.value;
  return { name, status: "ok", unpublishedEvents: unpublished, unpublishedSince, deadEvents: dead };
}

async function answered<T>(ask: () => Promise<T>): Promise<{ readonly value: T } | undefined> {
  try {
    return { value: await within(askedForMs, ask()) };
  } catch {
    return undefined;
  }
}
