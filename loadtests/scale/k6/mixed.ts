// Visitors who browse and buyers who check out, in turns.
import exec from "k6/execution";
import browse from "../../journeys/browse.ts";
import checkout, { setup as openShop } from "../../journeys/checkout.ts";
import { enterPhase, probeOptions, writeSummary } from "./probe.ts";

export const setup = openShop;
export const options = probeOptions(4);

export default function probe(data: ReturnType<typeof setup>) {
  enterPhase();
  if (exec.scenario.iterationInTest % 2 === 0) browse();
  else checkout(data);
}

export const handleSummary = writeSummary;
