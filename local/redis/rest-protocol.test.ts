import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { RedisEndpoint } from "./start-redis-endpoint.ts";
import { engines, startTestEndpoint, token } from "./test-endpoint.ts";

describe.each(engines)("REST over the %s engine", (engine) => {
  let endpoint: RedisEndpoint;
  beforeAll(async () => {
    endpoint = await startTestEndpoint(engine);
  });
  afterAll(() => endpoint.stop());

  const call = (path: string, init: RequestInit = {}) =>
    fetch(endpoint.url + path, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });
  const post = (path: string, body: unknown, headers?: Record<string, string>) =>
    call(path, { method: "POST", body: JSON.stringify(body), headers });

  test("a command in the path, its last argument in the body, further ones in the query", async () => {
    expect(await (await call("/set/path%20key/a%2Fb/EX/100")).json()).toEqual({ result: "OK" });
    expect(await (await call("/get/path%20key")).json()).toEqual({ result: "a/b" });
    const bytes = new Uint8Array([0, 255, 128, 13, 10]);
    await call("/set/binary?EX=50", { method: "PUT", body: bytes });
    const stored = await call("/get/binary", { headers: { "upstash-encoding": "base64" } });
    expect(await stored.json()).toEqual({ result: Buffer.from(bytes).toString("base64") });
    expect(await (await call("/ttl/binary")).json()).toEqual({ result: 50 });
  });

  test("the token may stand in the query; without it the answer is 401 in JSON", async () => {
    expect((await fetch(`${endpoint.url}/ping?_token=${token}`)).status).toBe(200);
    const refused = await fetch(`${endpoint.url}/ping`);
    expect(refused.status).toBe(401);
    expect(await refused.json()).toEqual({ error: "WRONGPASS invalid or missing auth token" });
  });

  test("base64 is put on every string but a command's own OK", async () => {
    const headers = { "upstash-encoding": "base64" };
    expect(await (await post("/", ["set", "b", "text"], headers)).json()).toEqual({ result: "OK" });
    expect(await (await post("/", ["ping"], headers)).json()).toEqual({ result: btoa("PONG") });
    const nested = await post(
      "/pipeline",
      [
        ["eval", "return {'OK', {ok='OK'}, 1, {'x'}}", 0],
        ["set", "b", 1],
      ],
      headers,
    );
    expect(await nested.json()).toEqual([{ result: ["T0s=", "T0s=", 1, ["eA=="]] }, { result: "OK" }]);
  });

  test("numbers and booleans are arguments; other things are refused", async () => {
    await post("/", ["mset", "n", 5, "t", true]);
    expect(await (await post("/", ["mget", "n", "t"])).json()).toEqual({ result: ["5", "true"] });
    expect((await post("/", ["set", "n", null])).status).toBe(400);
  });

  test("RESP2 on demand, but not with base64 nor in a transaction", async () => {
    const resp2 = { "upstash-response-format": "resp2" };
    const answer = await post("/", ["eval", "return {1, 'a', false, {ok='fine'}}", 0], resp2);
    expect(answer.headers.get("content-type")).toBe("application/octet-stream");
    expect(await answer.text()).toBe("*4\r\n:1\r\n$1\r\na\r\n$-1\r\n+fine\r\n");
    expect((await post("/", ["ping"], { ...resp2, "upstash-encoding": "base64" })).status).toBe(400);
    expect((await post("/multi-exec", [["ping"]], resp2)).status).toBe(400);
  });

  test("every refusal is JSON with its own status", async () => {
    const refusals: [Response, number][] = [
      [await call("/", { method: "DELETE" }), 405],
      [await call("/", { method: "POST", body: "{not json" }), 400],
      [await post("/", []), 400],
      [await post("/", {}), 400],
      [await post("/pipeline", ["get"]), 400],
      [await call("/"), 400],
      [await post("/", ["nonsense", "x"]), 400],
      [await post("/", ["get"]), 400],
      [await call("/set/big", { method: "POST", body: new Uint8Array(10 * 1024 * 1024 + 1) }), 413],
    ];
    for (const [response, status] of refusals) {
      expect(response.status).toBe(status);
      expect(((await response.json()) as { error: string }).error).toStartWith("ERR ");
    }
  });

  test("commands that would disturb other requests or the server never reach it", async () => {
    const commands = [
      ["multi"],
      ["SELECT", 1],
      ["blpop", "l", 0],
      ["xread", "BLOCK", 0, "STREAMS", "s", "$"],
      ["config", "get", "*"],
      ["shutdown"],
    ];
    for (const command of commands) expect((await post("/", command)).status).toBe(400);
    expect(await (await post("/", ["client", "setinfo", "lib-name", "x"])).json()).toEqual({ result: "OK" });
    const piped = (await (
      await post("/pipeline", [
        ["echo", "a"],
        ["watch", "k"],
        ["echo", "b"],
      ])
    ).json()) as object[];
    expect(piped[0]).toEqual({ result: "a" });
    expect(piped[1]).toHaveProperty("error");
    expect(piped[2]).toEqual({ result: "b" });
  });

  test("a transaction with a command that does not exist changes nothing", async () => {
    const refused = await post("/multi-exec", [["set", "tx", "1"], ["nonsense"]]);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toHaveProperty("error");
    const partly = await post("/multi-exec", [
      ["set", "tx", "text"],
      ["incr", "tx"],
      ["get", "tx"],
    ]);
    const notInteger = { error: "ERR value is not an integer or out of range" };
    expect(await partly.json()).toEqual([{ result: "OK" }, notInteger, { result: "text" }]);
  });

  test("each answer carries a later sync token", async () => {
    const tokens = [await post("/", ["ping"]), await post("/", ["ping"])].map(({ headers }) =>
      Number(headers.get("upstash-sync-token")),
    );
    expect(tokens[1]).toBeGreaterThan(tokens[0] ?? Number.POSITIVE_INFINITY);
  });

  test("a monitor sees the commands of others", async () => {
    const abort = new AbortController();
    const stream = await call("/monitor", {
      method: "POST",
      headers: { accept: "text/event-stream" },
      signal: abort.signal,
    });
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    while (!seen.includes('"echo" "watched"')) {
      await post("/", ["echo", "watched"]);
      seen += (await reader?.read())?.value ?? "";
    }
    abort.abort();
    expect(seen).toStartWith('data: "OK"\n\ndata: ');
  });

  test("answers longer than a socket's buffer arrive whole", async () => {
    const members = Array.from({ length: 50_000 }, (_, index) => `member-${index}`);
    expect(await (await post("/", ["sadd", "many", ...members])).json()).toEqual({ result: 50_000 });
    const { result } = (await (await post("/", ["smembers", "many"])).json()) as { result: string[] };
    expect(new Set(result)).toEqual(new Set(members));
    const text = "y".repeat(9_000_000);
    await call("/set/long", { method: "POST", body: text });
    expect(((await (await call("/get/long")).json()) as { result: string }).result === text).toBe(true);
  });
});
