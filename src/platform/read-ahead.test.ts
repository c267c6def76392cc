import { expect, test } from "bun:test";
import { readAhead } from "./read-ahead.ts";

test("the next item is read while one is worked on, and none beyond it", async () => {
  let read = 0;
  const seen: [item: number, read: number][] = [];
  for await (const item of readAhead(counting(() => read++, 4))) {
    await Bun.sleep(5);
    seen.push([item, read]);
  }
  expect(seen).toEqual([
    [0, 2],
    [1, 3],
    [2, 4],
    [3, 4],
  ]);
});

test("an error of the source comes after what was read before it", async () => {
  const seen: number[] = [];
  const reading = async () => {
    for await (const item of readAhead(failingAfter(2))) {
      await Bun.sleep(5);
      seen.push(item);
    }
  };
  await expect(reading()).rejects.toThrow("broke off");
  expect(seen).toEqual([0, 1]);
});

test("who stops working lets go of the source, though it is silent", async () => {
  let released = false;
  const silent = async function* () {
    try {
      yield 0;
      await Bun.sleep(50);
      yield 1;
    } finally {
      released = true;
    }
  };
  for await (const _ of readAhead(silent())) break;
  expect(released).toBe(false);
  await Bun.sleep(200);
  expect(released).toBe(true);
});

async function* counting(next: () => number, count: number): AsyncGenerator<number> {
  for (let n = 0; n < count; n++) yield next();
}

async function* failingAfter(count: number): AsyncGenerator<number> {
  for (let n = 0; n < count; n++) yield n;
  throw new Error("broke off");
}
