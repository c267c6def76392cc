import { Webhook } from "standardwebhooks";

/** Whether the body is signed with the secret (`whsec_...`) by Standard Webhooks and not older than five minutes. */
export function isSignedWebhook(secret: string, headers: Headers, body: string): boolean {
  try {
    new Webhook(secret).verify(body, Object.fromEntries(headers), { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}
