import type { ClaimedMessage } from "./message.ts";
import { sign } from "./signature.ts";

/** What one delivery came to. Status 0: no answer (refused, reset or timed out), then `error` says why. */
export type Outcome = {
  status: number;
  headers: Headers;
  body: Uint8Array;
  error?: string;
};

const defaultTimeoutMs = 30_000;
const timeoutMsMax = 900_000;
const responseBytesMax = 1_048_576;

/** Sends a message to its destination once, signed. Never throws; bounded by the message's timeout, else 30 s. */
export async function attempt(claimed: ClaimedMessage, key: string, stopping: AbortSignal): Promise<Outcome> {
  const { message, body } = claimed;
  const timeoutMs = Math.min(message.timeoutMs ?? defaultTimeoutMs, timeoutMsMax);
  const bodiless = message.method === "GET";
  try {
    const response = await fetch(message.url, {
      method: message.method,
      headers: deliveryHeaders(claimed, sign(key, message.url, bodiless ? new Uint8Array() : body, Date.now())),
      body: bodiless ? undefined : body,
      redirect: "manual",
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), stopping]),
    });
    return { status: response.status, headers: response.headers, body: await firstBytes(response) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { status: 0, headers: new Headers(), body: new TextEncoder().encode(reason), error: reason };
  }
}

export function succeeded(outcome: Outcome): boolean {
  return outcome.status >= 200 && outcome.status < 300;
}

function deliveryHeaders({ message, retried }: ClaimedMessage, signature: string): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(message.header)) headers.set(name, values.join(", "));
  headers.set("User-Agent", "Upstash-QStash");
  headers.set("Upstash-Signature", signature);
  headers.set("Upstash-Message-Id", message.messageId);
  headers.set("Upstash-Retried", String(retried));
  headers.set("Upstash-Caller-Ip", message.callerIP);
  if (message.topicName) headers.set("Upstash-Topic-Name", message.topicName);
  if (message.scheduleId) headers.set("Upstash-Schedule-Id", message.scheduleId);
  return headers;
}

/** The body up to a megabyte; what is longer is cut, as the hosted service does past its plan's limit. */
async function firstBytes(response: Response): Promise<Uint8Array> {
  if (!response.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk);
    length += chunk.byteLength;
    if (length >= responseBytesMax) break;
  }
  return Buffer.concat(chunks).subarray(0, responseBytesMax);
}
