import checkout, { setup as openShop } from "../../journeys/checkout.ts";
import { enterPhase, probeOptions, writeSummary } from "./probe.ts";

export const setup = openShop;
export const options = probeOptions(4);

export default function probe(data: ReturnType<typeof setup>) {
  enterPhase();
  checkout(data);
}

export const handleSummary = writeSummary;
