import type { ToldEvent } from "../../contracts/ports.ts";
import { rfc3339 } from "../../shared/times.ts";

/** A row of the log (`events.outbox`) as PostgreSQL hands it over. */
export interface LogRow extends Omit<ToldEvent, "schema" | "version" | "occurredAt"> {
  readonly version: string;
  readonly occurred_at: string;
}

/** The event that a row holds; what else was read with it stays. */
export function eventIn<Row extends LogRow>({ occurred_at, version, ...row }: Row) {
  return { ...row, schema: 1 as const, version: Number(version), occurredAt: rfc3339(occurred_at) };
}
