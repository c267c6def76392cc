import type { DeadEvent } from "../contracts/ports.ts";
import { type Service, services } from "../contracts/services.ts";
import type { Scope } from "../platform/scope.ts";

/**
 * The dead events of all deployments, newest first, those before the given id. One deployment answers for each service
 * that it mounts, and two may share a database.
 */
export async function listDeadEvents(scope: Scope, limit: number, before: string): Promise<readonly DeadEvent[]> {
  const lists = [];
  for (const service of deploymentsOf(scope))
    lists.push(await scope.deps.ports.events.dead(scope, service, limit, before));
  const byId = new Map(lists.flat().map((row) => [row.id, row]));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
}

/** One service that is mounted here, for all that are, and each that is mounted elsewhere. */
function deploymentsOf({ deps }: Scope): readonly Service[] {
  const { SERVICES } = deps.config;
  const [here] = SERVICES;
  return services.filter((service) => !SERVICES.has(service) || service === here);
}
