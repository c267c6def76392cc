import type { InventoryPort } from "../../contracts/ports.ts";
import type { Scope } from "../../platform/scope.ts";
import { openStock } from "./open-stock.ts";
import { release } from "./release.ts";
import { reserve } from "./reserve.ts";
import { unitsOf } from "./units-of.ts";

/** What the other services may ask of inventory. */
export const inventoryPort: InventoryPort<Scope> = { reserve, release, unitsOf, openStock };
