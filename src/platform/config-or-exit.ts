import { type Config, ConfigError, readConfig } from "./config.ts";

/** For entries: names every problem of the configuration, without a stack, and ends the process. */
export function configOrExit(env: Readonly<Record<string, string | undefined>>): Config {
  try {
    return readConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return process.exit(1);
  }
}
