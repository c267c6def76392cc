import { type Command, type Failure, ok, type Reply } from "./reply.ts";

/** What a connection shared by all requests must never be told, and what only an operator may do. */
const forbidden = new Set(
  `multi exec discard watch unwatch select auth hello quit reset client shutdown config debug
  subscribe unsubscribe psubscribe punsubscribe ssubscribe sunsubscribe monitor sync psync replconf
  blpop brpop brpoplpush blmove blmpop bzpopmin bzpopmax bzmpop wait waitaof cluster readonly readwrite asking
  replicaof slaveof failover save bgsave bgrewriteaof module acl migrate swapdb pfdebug pfselftest`.split(/\s+/),
);

/** The answer to a command that never reaches Redis over REST; undefined lets it through. */
export function answerWithoutRedis(command: Command): Reply | undefined {
  const name = (command[0] ?? "").toLowerCase();
  if (name === "client" && command[1]?.toLowerCase() === "setinfo") return ok;
  if (forbidden.has(name) || blocks(name, command)) return refusal(name);
  return undefined;
}

function refusal(name: string): Failure {
  return { error: `ERR Command is not available: '${name.toUpperCase()}' over REST` };
}

function blocks(name: string, command: Command): boolean {
  return (name === "xread" || name === "xreadgroup") && command.some((word) => word.toLowerCase() === "block");
}
