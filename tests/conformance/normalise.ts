import { answersIn } from "./batch-answers.ts";
import type { Answer, Runtime } from "./exchange.ts";
import { headersLeftOut, leftOut } from "./left-out.ts";
import type { Answered } from "./moving-values.ts";

const leftOutMark = "<left out>";

/** An answer without what differs between two runs of the same program: ids, times, tokens, signatures and PUBLIC_URL. */
interface Normalised {
  readonly request: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The answers of one scenario. Each id and token becomes the number of its first appearance, so that it must return at
 * the same places.
 */
export function normalised(runtime: Runtime, answers: readonly Answer[]): Normalised[] {
  const numbered = numbering();
  return answers.map((answer, index) => {
    const { recorded, status, headers, text } = answer;
    const of = { answer, earlier: answers.slice(0, index), runtime };
    const rest = Object.entries(headers).map(([name, value]) => [name, withoutParts(name, value, of)] as const);
    return {
      request: recorded.request,
      status,
      headers: Object.fromEntries(rest.map(([name, value]) => [name, plain(value, runtime, numbered)])),
      body: plain(withoutWait(textOf(answer, of) ?? text, of), runtime, numbered),
    };
  });
}

/** Of a batch's answer: what its parts' own headers and bodies are to be compared by. */
function textOf(answer: Answer, { earlier, runtime }: Answered): string | undefined {
  const parts = answersIn(answer);
  if (parts.length === 0) return undefined;
  const { responses } = answer.body as { responses: readonly { readonly id: string }[] };
  const lines = parts.map((part, index) => {
    const of = { answer: part, earlier: [...earlier, ...parts.slice(0, index)], runtime };
    const kept = Object.entries(part.headers).filter(([name]) => !headersLeftOut.has(name));
    const headers = kept.map(([name, value]) => `${name}: ${withoutParts(name, value, of)}`);
    return [responses[index]?.id, part.status, ...headers, part.text].join("\n");
  });
  return lines.join("\n\n");
}

type Numbered = (kind: string, value: string) => string;

/** Ids, times, tokens and the runtime's own URL, wherever they stand. */
function plain(text: string, { publicUrl }: Runtime, numbered: Numbered): string {
  const rest = (of: string): string =>
    of
      .replaceAll(publicUrl, "<PUBLIC_URL>")
      .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, (id) => numbered("id", id))
      // Its form stays: that it has microseconds (less the zeros at their end), and the zone behind it.
      .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}(?!\d)/g, "<time>");
  return rest(
    text
      .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, (token) => numbered("access token", token))
      .replace(/(?<="(?:key|prefix)":")hr_[\w-]+/g, (key) => numbered("API key", key))
      .replace(/(?<=hr_refresh=|"refreshToken":")[\w-]{40,}/g, (token) => numbered("refresh token", token))
      // A signature, then what it signs: the place in the list.
      .replace(/(?<=cursor=|"nextCursor":")[\w-]{22}\.([\w-]+)/g, (_, place: string) => cursor(place, rest))
      .replace(/\bwhsec_[\w+/=]+/g, (secret) => numbered("webhook secret", secret))
      .replace(/(?<="(?:x|kid)":")[\w-]+/g, (value) => numbered("key", value)),
  );
}

function cursor(place: string, rest: (text: string) => string): string {
  const values = rest(Buffer.from(place, "base64url").toString());
  // As the database writes times.
  return `<signature>.${values.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00/g, "<time>")}`;
}

function withoutParts(name: string, value: string, of: Answered): string {
  return leftOut.reduce((rest, { header, part, where = () => true }) => {
    if (header !== name || part === undefined) return rest;
    return rest.replace(part, (found) => (where(found, of) ? leftOutMark : found));
  }, value);
}

/** The wait that a sentence repeats from Retry-After, where that is left out. */
function withoutWait(text: string, of: Answered): string {
  const wait = of.answer.headers["retry-after"];
  if (wait === undefined || withoutParts("retry-after", wait, of) === wait) return text;
  return text.replace(`wait ${wait} s`, `wait ${leftOutMark} s`);
}

function numbering(): Numbered {
  const known = new Map<string, number>();
  return (kind, value) => {
    const number = known.get(value) ?? known.size + 1;
    known.set(value, number);
    return `<${kind} ${number}>`;
  };
}
