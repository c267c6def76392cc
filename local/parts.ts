export type CloudPorts = Record<"primary" | "standby" | "redis" | "qstash" | "mailbox" | "sandbox", number>;

/** A part of the embedded cloud: the program `local/<name>/main.ts`. */
export type Part = {
  name: string;
  title: string;
  /** Where this variable is given, another service takes the part's place. */
  replacedBy: string;
  settings(ports: CloudPorts): Record<string, string>;
  /** The variables that the words of its READY line stand for. */
  addresses(words: string[]): Record<string, string>;
};

export const parts: readonly Part[] = [
  {
    name: "postgres",
    title: "PostgreSQL, primary and standby",
    replacedBy: "DATABASE_URL",
    settings: ({ primary, standby }) => ({ PRIMARY_PORT: String(primary), STANDBY_PORT: String(standby) }),
    addresses: databaseUrls,
  },
  endpoint("redis", "Redis endpoint", "UPSTASH_REDIS_REST_URL"),
  endpoint("qstash", "QStash dispatcher", "QSTASH_URL"),
  endpoint("mailbox", "Mailbox", "MAILBOX_URL"),
  endpoint("sandbox", "Payment sandbox", "SANDBOX_URL"),
];

/** The variable whose URL names the port that a part had before. */
export const portVariables: Readonly<Record<keyof CloudPorts, string>> = {
  primary: "DATABASE_URL",
  standby: "DATABASE_REPLICA_URLS",
  redis: "UPSTASH_REDIS_REST_URL",
  qstash: "QSTASH_URL",
  mailbox: "MAILBOX_URL",
  sandbox: "SANDBOX_URL",
};

/** A part that answers HTTP, whose first word is its URL. */
function endpoint(name: keyof CloudPorts, title: string, variable: string): Part {
  return {
    name,
    title,
    replacedBy: variable,
    settings: (ports) => ({ PORT: String(ports[name]) }),
    addresses: ([url = ""]) => ({ [variable]: url }),
  };
}

function databaseUrls(words: string[]): Record<string, string> {
  const variables: Record<string, string> = {
    primary: "DATABASE_URL",
    standby: "DATABASE_REPLICA_URLS",
    primaryAdmin: "PRIMARY_ADMIN_URL",
    standbyAdmin: "STANDBY_ADMIN_URL",
  };
  return Object.fromEntries(
    words.map((word) => {
      const [name = "", ...url] = word.split("=");
      return [variables[name] ?? name, url.join("=")];
    }),
  );
}
