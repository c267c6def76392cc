/** Sends a request to a shop and answers the JSON of its answer. Throws on every refusal. */
export async function jsonRequest<Answer>(
  url: string,
  {
    token,
    body,
    headers,
  }: { readonly token?: string; readonly body?: unknown; readonly headers?: Record<string, string> },
): Promise<Answer> {
  const answer = await fetch(url, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Answer;
}
