import { describe, expect, test } from "bun:test";
import { ClientGone, heardByClient, whileClientStays } from "./client-gone.ts";
import type { Handle } from "./database.ts";
import type { Scope } from "./scope.ts";

const db = { sql: { unsafe: () => undefined } } as unknown as Handle;

const ways: Readonly<Record<string, (scope: Scope, begin: () => Promise<string>) => Promise<string>>> = {
  "a statement": (scope, begin) => whileClientStays(scope, db, begin),
  "work for others too": heardByClient,
};

describe.each(Object.entries(ways))("%s", (_what, run) => {
  test("is not begun for a client that has left", async () => {
    let begun = 0;
    const work = run(readOf(AbortSignal.abort()), async () => `${begun++}`);
    await expect(work).rejects.toThrow(ClientGone);
    expect(begun).toBe(0);
  });

  test("is awaited until the client leaves, and its failure afterwards is nobody's", async () => {
    const client = new AbortController();
    const { promise, reject } = Promise.withResolvers<string>();
    const work = run(readOf(client.signal), () => promise);
    client.abort();
    await expect(work).rejects.toThrow(ClientGone);
    reject(new Error("too late"));
    await Bun.sleep(0);
  });

  test("ends as it does for a client that stays, and for a write, which has no signal", async () => {
    for (const scope of [readOf(new AbortController().signal), readOf(undefined)]) {
      expect(await run(scope, async () => "done")).toBe("done");
      await expect(run(scope, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    }
  });
});

function readOf(signal: AbortSignal | undefined): Scope {
  return { signal: signal && (() => signal) } as unknown as Scope;
}
