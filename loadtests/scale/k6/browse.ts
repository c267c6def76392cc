import browse from "../../journeys/browse.ts";
import { enterPhase, probeOptions, writeSummary } from "./probe.ts";

export const options = probeOptions(2);

export default function probe() {
  enterPhase();
  browse();
}

export const handleSummary = writeSummary;
