import * as v from "valibot";
import type { Service } from "../contracts/services.ts";
import { Problem } from "../shared/errors.ts";
import { callRemote } from "./call-remote.ts";
import type { Scope } from "./scope.ts";

interface PortFunction<Args extends readonly unknown[], Result> extends ServedFunction {
  readonly call: (scope: Scope, ...args: Args) => Promise<Result>;
}

type Functions<Port> = {
  readonly [Name in keyof Port]: Port[Name] extends (scope: Scope, ...args: infer Args) => Promise<infer Result>
    ? PortFunction<Args, Result>
    : never;
};

type MessagesOf<Port> = {
  readonly [Name in keyof Port]: Port[Name] extends (scope: Scope, ...args: infer Args) => Promise<infer Result>
    ? Messages<Args, Result>
    : never;
};

interface Messages<Args extends readonly unknown[], Result> {
  readonly asked: v.GenericSchema<unknown, Args>;
  readonly answered: v.GenericSchema<unknown, Result>;
}

/** A function of a port as other instances call it. */
export interface ServedFunction {
  /** `every` where each service serves it for itself. */
  readonly service: Service | "every";
  /** Unlike any other of its service, and of those of every service. */
  readonly name: string;
  /** Answers JSON for JSON, on behalf of the service that was asked. @throws Problem */
  readonly serve: (scope: Scope, asked: unknown, service: Service) => Promise<unknown>;
}

/** A function of a port: the verb where its service is mounted here, else the call of the instance that mounts it. */
function portFunction<Args extends readonly unknown[], Result>(
  service: Service,
  name: string,
  verb: (scope: Scope, ...args: Args) => Promise<Result>,
  { asked, answered }: Messages<NoInfer<Args>, NoInfer<Result>>,
): PortFunction<Args, Result> {
  return {
    service,
    name,
    call: async (scope, ...args) =>
      scope.deps.config.SERVICES.has(service)
        ? verb(scope, ...args)
        : read(answered, await callRemote(scope, service, name, args)),
    serve: async (scope, message) => wire(await verb(scope, ...read(asked, message))),
  };
}

/** Every function of a service's port, by name: `verbs` are the service's own. */
export function bindPort<Port extends object>(
  service: Service,
  verbs: Port,
  messages: MessagesOf<NoInfer<Port>>,
): Functions<Port> {
  const bound = Object.entries(verbs).map(([name, verb]) => [
    name,
    portFunction(service, name, verb, messages[name as keyof Port]),
  ]);
  return Object.fromEntries(bound) as Functions<Port>;
}

/** How a service's functions are asked. */
export function callsOf<Bound extends Readonly<Record<string, { readonly call: unknown }>>>(
  bound: Bound,
): { readonly [Name in keyof Bound]: Bound[Name]["call"] } {
  const calls = Object.entries(bound).map(([name, { call }]) => [name, call]);
  return Object.fromEntries(calls) as { readonly [Name in keyof Bound]: Bound[Name]["call"] };
}

/** A function of a port that every service has: it is told of which one it is asked. */
export function everyServiceFunction<Args extends readonly unknown[], Result>(
  name: string,
  verb: (scope: Scope, service: Service, ...args: Args) => Promise<Result>,
  { asked, answered }: Messages<NoInfer<Args>, NoInfer<Result>>,
): PortFunction<[service: Service, ...Args], Result> {
  return {
    service: "every",
    name,
    call: async (scope, service, ...args) =>
      scope.deps.config.SERVICES.has(service)
        ? verb(scope, service, ...args)
        : read(answered, await callRemote(scope, service, name, args)),
    serve: async (scope, message, service) => wire(await verb(scope, service, ...read(asked, message))),
  };
}

function read<Output>(schema: v.GenericSchema<unknown, Output>, message: unknown): Output {
  const parsed = v.safeParse(schema, message);
  if (parsed.success) return parsed.output;
  throw new Problem("malformed-request", "A message between services is not what its contract says.");
}

/** As `contracts/port-messages.ts` says. */
function wire(answer: unknown): unknown {
  return answer instanceof Map || answer instanceof Set ? [...answer] : (answer ?? null);
}
