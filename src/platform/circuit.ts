import type { Service } from "../contracts/services.ts";
import type { Instance } from "./deps.ts";
import { lazilyPer } from "./lazily-per.ts";

const failuresMax = 5;
const restMs = 1_000;

/** What an instance knows of another service: plain data, safe to lose. */
interface Circuit {
  /** In a row: each answer, whatever it says, ends them. */
  failures: number;
  restsUntil: number;
}

const circuits = lazilyPer((_: Instance) => new Map<Service, Circuit>());

export function circuitOf(instance: Instance, service: Service): Circuit {
  const known = circuits(instance).get(service);
  if (known) return known;
  const fresh = { failures: 0, restsUntil: 0 };
  circuits(instance).set(service, fresh);
  return fresh;
}

/** After failures in a row the service is left alone; once a rest is over, one request at a time finds out. */
export function admits(circuit: Circuit): boolean {
  if (circuit.failures < failuresMax) return true;
  const now = Date.now();
  if (now < circuit.restsUntil) return false;
  circuit.restsUntil = now + restMs;
  return true;
}

export function noteAnswer(circuit: Circuit): void {
  circuit.failures = 0;
}

export function noteFailure(circuit: Circuit): void {
  circuit.failures++;
  circuit.restsUntil = Date.now() + restMs;
}
