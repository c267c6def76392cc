import { afterAll, expect, test } from "bun:test";
import { fetchWithin, UpstreamFailed } from "./fetch.ts";

/** Answers the statuses that the path names, one a request, the last for ever; `silent` never answers. */
const asked = new Map<string, number>();
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: async (request) => {
    const path = new URL(request.url).pathname;
    const times = asked.get(path) ?? 0;
    asked.set(path, times + 1);
    const [, , ...words] = path.split("/");
    const word = words[Math.min(times, words.length - 1)];
    if (word === "silent") await Bun.sleep(2_000);
    return new Response("text", { status: word === "silent" ? 200 : Number(word) });
  },
});
afterAll(() => server.stop(true));

const at = (path: string) => `${server.url.href}${path}`;

test("an answer is an answer, also a refusal", async () => {
  expect(await fetchWithin(at("a/201"), {}, { timeoutMs: 500, attempts: 3 })).toEqual({ status: 201, text: "text" });
  expect((await fetchWithin(at("b/404"), {}, { timeoutMs: 500, attempts: 3 })).status).toBe(404);
  expect(asked.get("/b/404")).toBe(1);
});

test("a failure that comes at once is tried again, as often as allowed", async () => {
  expect((await fetchWithin(at("c/503/429/200"), {}, { timeoutMs: 500, attempts: 3 })).status).toBe(200);
  await expect(fetchWithin(at("d/503/503/200"), {}, { timeoutMs: 500, attempts: 2 })).rejects.toBeInstanceOf(
    UpstreamFailed,
  );
  await expect(fetchWithin(at("e/503/200"), {}, { timeoutMs: 500, attempts: 1 })).rejects.toBeInstanceOf(
    UpstreamFailed,
  );
});

test("nobody there is a failure like any other", async () => {
  const nobody = fetchWithin("http://127.0.0.1:1/", {}, { timeoutMs: 500, attempts: 2 });
  await expect(nobody).rejects.toBeInstanceOf(UpstreamFailed);
});

test("silence is given up in time, and not tried again", async () => {
  const outcome = await fetchWithin(at("f/silent"), {}, { timeoutMs: 300, attempts: 3 }).catch((error) => error);
  expect(outcome).toBeInstanceOf(UpstreamFailed);
  expect(asked.get("/f/silent")).toBe(1);
});
