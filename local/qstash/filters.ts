/** The conditions of a listing or bulk action: any of the values of a field, all fields. */
export type Filter = Map<string, string[]>;

const inProgress = new Set(["CREATED", "ACTIVE", "RETRY", "ERROR", "CANCEL_REQUESTED"]);
const notConditions = new Set(["cursor", "count", "order", "qstash_token"]);
/** Ids may be given one by one or many at once; they are one condition. */
const sameCondition: Record<string, string> = { messageIds: "messageId", dlqIds: "dlqId" };

/** Reads the conditions of a query; several values come repeated or separated by commas (upstash docs, openapi). */
export function readFilter(query: URLSearchParams): Filter {
  const filter: Filter = new Map();
  for (const [name, value] of query) {
    if (notConditions.has(name)) continue;
    const field = sameCondition[name] ?? name;
    filter.set(field, [...(filter.get(field) ?? []), ...(field === "url" ? [value] : value.split(","))]);
  }
  return filter;
}

/** Whether a message, dead letter or event, as it is stored, meets all conditions. An unknown field meets none. */
export function matches(filter: Filter, detail: Record<string, unknown>): boolean {
  for (const [field, wanted] of filter) {
    if (!meets(field, wanted, detail)) return false;
  }
  return true;
}

function meets(field: string, wanted: string[], detail: Record<string, unknown>): boolean {
  const time = Number(detail.time ?? detail.createdAt);
  if (field === "fromDate") return time >= Number(wanted[0]);
  if (field === "toDate") return time <= Number(wanted[0]);
  return valuesOf(field, detail).some((value) => wanted.includes(value));
}

function valuesOf(field: string, detail: Record<string, unknown>): string[] {
  switch (field) {
    case "label":
    case "labels":
      return Array.isArray(detail.labels) ? detail.labels.map(String) : [];
    case "host":
      return [new URL(String(detail.url)).host];
    case "path":
      return [new URL(String(detail.url)).pathname];
    case "callerIp":
      return [String(detail.callerIP)];
    case "state":
      return statesOf(String(detail.state));
    default:
      return detail[field] === undefined ? [] : [String(detail[field])];
  }
}

/** The client's type spells CANCELED, and asks for all that is not ended as IN_PROGRESS. */
function statesOf(state: string): string[] {
  if (state === "CANCELLED") return ["CANCELLED", "CANCELED"];
  return inProgress.has(state) ? [state, "IN_PROGRESS"] : [state];
}
