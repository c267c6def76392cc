import { availableParallelism } from "node:os";

/** What each part may use, in cores. */
export interface Quotas {
  /** Each instance of the application. */
  readonly instance: number;
  /** k6. */
  readonly generator: number;
  /** HAProxy. */
  readonly balancer: number;
  /** PostgreSQL's primary. */
  readonly database: number;
  readonly standby: number;
  /** Redis, the QStash dispatcher, the mailbox and the payment sandbox together. */
  readonly cloud: number;
  /** All services but the one that is tried alone. */
  readonly gateway?: number;
}

/** The journeys whose curves are drawn. */
export const journeys = ["browse", "checkout"] as const;
export type Journey = (typeof journeys)[number];

/** Eight instances and all that serves them fit on two cores; a journey's parts have what that journey asks of them. */
export const quotasOf: Readonly<Record<Journey, Quotas>> = {
  browse: { instance: 0.06, generator: 0.8, balancer: 0.18, database: 0.1, standby: 0.1, cloud: 0.24 },
  checkout: { instance: 0.06, generator: 0.3, balancer: 0.1, database: 0.6, standby: 0.18, cloud: 0.28 },
};

/** @throws Error where this machine has fewer cores than `instances` and the other parts may use together */
export function mustFit({ instance, ...others }: Quotas, instances: number): void {
  const sum = Object.values(others).reduce((total, quota) => total + quota, instances * instance);
  if (sum > availableParallelism())
    throw new Error(`The quotas sum to ${sum.toFixed(2)} cores, and this machine has ${availableParallelism()}.`);
}
