import type { Config } from "../../../platform/config.ts";
import { type Reach, reachOf } from "../../../platform/network-address.ts";
import type { Scope } from "../../../platform/scope.ts";
import { within } from "../../../platform/within.ts";
import { Problem } from "../../../shared/errors.ts";

const resolveMs = 2_000;

/** Of one label, or of a domain that only private networks have (RFC 6761, 6762, 8375 and the habits of clouds). */
const privateNames = /^[^.]+$|\.(localhost|local|internal|intranet|private|corp|home|lan|home\.arpa)$/;

const portsBelow1024 = ["80", "443"];

/** Above, where databases, caches, brokers, remote desktops and the controls of clusters listen. */
const unfitPorts = [
  ...["1433", "1521", "2049", "2181", "2375", "2376", "2379", "2380", "3306", "3389", "5432", "5672", "5900", "5984"],
  ...["6000", "6379", "6443", "6667", "8500", "9042", "9092", "9200", "9300", "10250", "11211", "27017"],
];

/**
 * Refuses a URL (well-formed) to which no webhook may be sent, since what answers there may be no receiver but a part of
 * our own network. A name is resolved where the runtime can; one that leads nowhere yet passes, for the same is asked again
 * of the address that each attempt connects to. WEBHOOK_ALLOW_PRIVATE lets private addresses and names pass.
 * @throws Problem target-forbidden
 */
export async function checkTarget(scope: Scope, text: string): Promise<void> {
  const url = new URL(text);
  const { config } = scope.deps;
  const fault = faultOf(text, url, config);
  if (fault !== undefined) throw new Problem("target-forbidden", fault);
  const reaches = await reachesOf(scope, url.hostname);
  const mayBeSentTo = (reach: Reach) => reach === "public" || (reach === "private" && config.WEBHOOK_ALLOW_PRIVATE);
  if (!reaches.every(mayBeSentTo)) throw new Problem("target-forbidden", "The host must be a public one.");
}

function faultOf(text: string, { protocol, username, password, hostname, port }: URL, config: Config) {
  if (protocol !== "https:" && protocol !== "http:") return "The URL must begin with https://.";
  if (protocol === "http:" && config.HEADROOM_MODE === "production") return "The URL must begin with https://.";
  if (username !== "" || password !== "") return "The URL must not hold a user's name or password.";
  // Numbers in other bases, percent signs and the like: what is read must be what is called.
  if (!text.toLowerCase().startsWith(`${protocol}//${hostname}`)) return `The host must be written ${hostname}.`;
  const isUnfit = Number(port) < 1024 ? !["", ...portsBelow1024].includes(port) : unfitPorts.includes(port);
  return isUnfit ? `Webhooks are not sent to port ${port}.` : undefined;
}

/** How far the host's addresses reach, as far as they are known. */
async function reachesOf({ deps, log }: Scope, hostname: string): Promise<Reach[]> {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (/^[\d.]+$|:/.test(host)) return [reachOf(host)];
  const name = hostname.replace(/\.$/, "");
  if (privateNames.test(name)) return ["private"];
  if (deps.config.WEBHOOK_ALLOW_PRIVATE) return [];
  try {
    return (await within(resolveMs, deps.addressesOf(name))).map(reachOf);
  } catch (error) {
    log.info("the host of a webhook endpoint was not resolved", { hostname, reason: String(error) });
    return [];
  }
}
