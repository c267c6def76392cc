import { join } from "node:path";
import { shown } from "./home.ts";

/** The end of a start: where a person finds what runs now. */
export function showWhereToLook(env: Readonly<Record<string, string | undefined>>, home: string): void {
  console.log(`
  Shop       ${env.PUBLIC_URL}
  API        ${env.PUBLIC_URL}/docs
  Mailbox    ${env.MAILBOX_URL}
  Admin      ${env.ADMIN_EMAIL} / ${env.ADMIN_PASSWORD}
  Settings   ${shown(join(home, "env"))}
  Logs       ${shown(join(home, "logs"))}

Headroom is ready on ${env.PUBLIC_URL}`);
}
