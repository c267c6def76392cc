import type { Service } from "../contracts/services.ts";
import type { Config } from "./config.ts";

/** Where a service answers that is mounted elsewhere. */
export interface Elsewhere {
  /** What a path is put behind. Which host it names matters only where requests go by the network. */
  readonly origin: string;
  readonly send: (request: Request) => Promise<Response>;
}

export type FindElsewhere = (service: Service) => Elsewhere | undefined;

/** By `<SERVICE>_URL`, where this deployment is told of one. */
export function byUrl({ SERVICE_URLS }: Config): FindElsewhere {
  return (service) => {
    const origin = SERVICE_URLS[service];
    return origin === undefined ? undefined : { origin, send: (request) => fetch(request) };
  };
}

/** Cloudflare's service bindings by name (`ORDERS`): another Worker, reached without a network. */
type Bindings = Readonly<Partial<Record<Uppercase<Service>, { readonly fetch: Elsewhere["send"] }>>>;

/** By the service's binding where there is one, else as `others` say. */
export function byBinding(bindings: Bindings, others: FindElsewhere): FindElsewhere {
  return (service) => {
    const binding = bindings[service.toUpperCase() as Uppercase<Service>];
    return binding ? { origin: `https://${service}`, send: (request) => binding.fetch(request) } : others(service);
  };
}
