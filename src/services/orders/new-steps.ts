import type { OrderStatus } from "../../contracts/ports.ts";
import type { Statement } from "../../platform/coalesce.ts";
import { historiesBehind } from "./queries.ts";

/** One step of an order's life, as its history has it. */
export interface Step {
  readonly status: OrderStatus;
  readonly at: string;
}

interface Place {
  readonly userId: string;
  readonly orderId: string;
  /** How many steps of the order's history are known. */
  readonly after: number;
}

/** What followed orders have become since, coalesced: as many as an instance follows are one statement. */
export const newSteps: Statement<Place, readonly Step[]> = {
  run: async ({ databases }, places) => {
    const rows = await historiesBehind(databases.of("orders").primary(), places);
    const byPlace = new Map(rows.map(({ place, history }) => [Number(place) - 1, history]));
    return places.map(({ after }, index) => {
      const history = byPlace.get(index);
      return history === undefined ? [] : (JSON.parse(history) as Step[]).slice(after);
    });
  },
  itemsMax: 2_000,
  weigh: () => 1,
  weightMax: 2_000,
  waitingMax: 4_000,
};
