import { Webhook } from "standardwebhooks";
import { sign } from "../../local/qstash/signature.ts";
import type { Answer, Recorded, Runtime, Scenario } from "./exchange.ts";
import { holds } from "./holds.ts";

const answerMs = 20_000;
const eventuallyMs = 20_000;

/** Sends the scenario's requests one after another. @throws Error where a status or a problem is not the recorded one */
export async function replay(runtime: Runtime, scenario: Scenario): Promise<Answer[]> {
  const named: Record<string, unknown> = { runtime };
  const answers: Answer[] = [];
  const leftOpen: Stream[] = [];
  for (const recorded of scenario.requests) {
    const answer = await untilAsRecorded(runtime, recorded, named, leftOpen);
    const slug = problemOf(answer);
    if (answer.status !== recorded.status || slug !== recorded.problem)
      throw new Error(
        `${runtime.name}, ${scenario.name}: ${JSON.stringify(recorded).slice(0, 300)} answered ${answer.status} ${slug ?? ""}, recorded was ${recorded.status} ${recorded.problem ?? ""}: ${answer.text.slice(0, 500)}`,
      );
    if (recorded.as !== undefined) named[recorded.as] = answer;
    answers.push(answer);
  }
  await Promise.all(leftOpen.map((stream) => stream.cancel()));
  return answers;
}

type Stream = Pick<ReadableStreamDefaultReader<Uint8Array>, "cancel">;

async function untilAsRecorded(
  runtime: Runtime,
  recorded: Recorded,
  named: Named,
  leftOpen: Stream[],
): Promise<Answer> {
  const start = Date.now();
  for (let attempts = 1; ; attempts++, await Bun.sleep(50)) {
    const answer = { ...(await send(runtime, recorded, named, leftOpen)), attempts };
    if (recorded.eventually === undefined || Date.now() - start > eventuallyMs) return answer;
    if (answer.status === recorded.status && holds(answer.body, recorded.eventually)) return answer;
  }
}

type Named = Readonly<Record<string, unknown>>;

async function send(
  runtime: Runtime,
  recorded: Recorded,
  named: Named,
  leftOpen: Stream[],
): Promise<Omit<Answer, "attempts">> {
  const [method = "", path = ""] = filled(recorded.request, named).split(" ");
  const body = bodyOf(recorded, named);
  const sentAt = Date.now();
  const response = await fetch(runtime.url + path, {
    method,
    headers: headersOf(runtime, recorded, { path, body }, named),
    redirect: "manual",
    signal: AbortSignal.timeout(answerMs),
    ...(body === undefined ? {} : { body: recorded.inChunks ? new Blob([body]).stream() : body }),
  });
  const text = recorded.isLeftOpen ? await firstEvents(response, leftOpen) : await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "") && text !== "";
  const cookies = response.headers.getSetCookie();
  const headers = {
    ...Object.fromEntries(response.headers),
    ...(cookies.length === 0 ? {} : { "set-cookie": cookies.join("\n") }),
  };
  const parsed = isJson ? JSON.parse(text) : undefined;
  return { recorded, sentAt, answeredAt: Date.now(), status: response.status, headers, text, body: parsed };
}

/** What a stream begins with. */
async function firstEvents(response: Response, leftOpen: Stream[]): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  leftOpen.push(reader);
  let text = "";
  while (!(text.includes("data: ") && text.endsWith("\n\n"))) {
    const { value, done } = await reader.read();
    if (done) return text;
    text += new TextDecoder().decode(value);
  }
  return text;
}

function bodyOf({ body, text, spaces, bytes }: Recorded, named: Named): string | Uint8Array<ArrayBuffer> | undefined {
  if (spaces !== undefined) return " ".repeat(spaces);
  if (bytes !== undefined) return Uint8Array.from(bytes);
  const template = text ?? (body === undefined ? undefined : JSON.stringify(body));
  return template === undefined ? undefined : filled(template, named);
}

function headersOf(runtime: Runtime, recorded: Recorded, sent: Sent, named: Named) {
  const { by, key, headers = {}, signedBy } = recorded;
  const own = Object.entries(headers).map(([name, value]) => [name, filled(value, named)]);
  return {
    "User-Agent": "conformance",
    ...(sent.body === undefined ? {} : { "Content-Type": "application/json" }),
    ...(by === undefined ? {} : { Authorization: `Bearer ${filled(`{${by}.body.accessToken}`, named)}` }),
    ...(key === undefined ? {} : { "Idempotency-Key": key }),
    ...(signedBy === undefined ? {} : signatureBy[signedBy](runtime, sent)),
    ...Object.fromEntries(own),
  };
}

interface Sent {
  readonly path: string;
  readonly body: ReturnType<typeof bodyOf>;
}

const signatureBy = {
  provider: ({ webhookSecret }: Runtime, { body }: Sent) => {
    const at = new Date();
    const id = "msg_conformance";
    return {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": new Webhook(webhookSecret).sign(id, at, String(body)),
    };
  },
  queue: ({ queueSigningKey, publicUrl }: Runtime, { path, body }: Sent) => ({
    "Upstash-Signature": sign(queueSigningKey, publicUrl + path, Buffer.from(String(body)), Date.now()),
  }),
};

/** The text with what its placeholders stand for. */
function filled(text: string, named: Named): string {
  return text.replace(/\{([a-z]\w*(?:\.[\w-]+)+)\}/gi, (_, path: string) => {
    const value = path.split(".").reduce<unknown>((at, name) => (at as Named | undefined)?.[name], named);
    if (typeof value !== "string" && typeof value !== "number") throw new Error(`nothing earlier has ${path}`);
    return String(value);
  });
}

function problemOf({ headers, body }: Answer): string | undefined {
  if (body === undefined || !headers["content-type"]?.startsWith("application/problem+json")) return undefined;
  return String((body as { type?: string }).type).split("/problems/")[1];
}
