import type { Answer } from "./exchange.ts";

interface Part {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** The answers that the answer to a batch holds, each as if it had come alone; none where it is no such answer. */
export function answersIn(answer: Answer): readonly Answer[] {
  if (!answer.recorded.request.startsWith("POST /v1/batch") || answer.status !== 200) return [];
  const { responses } = JSON.parse(answer.text) as { responses: readonly Part[] };
  return responses.map(({ status, headers, body }) => ({
    ...answer,
    status,
    headers,
    text: body === null ? "" : typeof body === "string" ? body : JSON.stringify(body),
    body,
  }));
}
