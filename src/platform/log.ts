import type { Config } from "./config.ts";

const levels = ["debug", "info", "warn", "error", "silent"] as const;
type Level = Exclude<(typeof levels)[number], "silent">;
type Fields = Readonly<Record<string, unknown>>;

/** One JSON line an entry. Fields never carry a secret, a body or an e-mail. */
export type Log = Readonly<Record<Level, (message: string, fields?: Fields) => void>>;

/** A log whose every line carries `bound` (such as the request id). Lines below the configured level cost nothing. */
export function openLog(
  { LOG_LEVEL, INSTANCE: instance }: Pick<Config, "LOG_LEVEL" | "INSTANCE">,
  bound: Fields = {},
): Log {
  const least = levels.indexOf(LOG_LEVEL);
  const at = (level: Level) => (message: string, fields?: Fields) => {
    if (levels.indexOf(level) < least) return;
    console.log(JSON.stringify({ at: new Date().toISOString(), level, message, instance, ...bound, ...fields }));
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** What a log line says of an error: never the parameters of a statement, which Drizzle puts into its message. */
export function describeError(error: unknown): Fields {
  if (!(error instanceof Error)) return { error: String(error) };
  const message = error.message.split("\nparams:")[0];
  const cause = error.cause instanceof Error ? describeError(error.cause) : undefined;
  return { error: message, name: error.name, stack: error.stack?.split("\n").slice(1, 6).join("\n"), cause };
}
