import { expect, test } from "bun:test";
import { whileReading } from "./while-reading.ts";

test("the next item is read while one is worked on; they are worked on in order, one at a time", async () => {
  const said: string[] = [];
  await whileReading(items(3, said), async (item) => {
    said.push(`begin ${item}`);
    await Bun.sleep(5);
    said.push(`end ${item}`);
  });
  expect(said).toEqual([
    ...["read 0", "begin 0", "read 1", "end 0", "begin 1", "read 2", "end 1", "begin 2", "let go", "end 2"],
  ]);
});

test("work that fails lets go of what is read, and nothing more is worked on", async () => {
  const said: string[] = [];
  const working = whileReading(items(9, said), async (item) => {
    await Bun.sleep(5);
    if (item === 1) throw new Error("no more");
    said.push(`done ${item}`);
  });
  await expect(working).rejects.toThrow("no more");
  expect(said).toEqual(["read 0", "read 1", "done 0", "read 2", "let go"]);
});

test("where reading breaks off, what came before it is done first", async () => {
  const done: number[] = [];
  const breaking = async function* () {
    yield* items(2, []);
    throw new Error("broke off");
  };
  const working = whileReading(breaking(), async (item) => {
    await Bun.sleep(5);
    done.push(item);
  });
  await expect(working).rejects.toThrow("broke off");
  expect(done).toEqual([0, 1]);
});

async function* items(count: number, said: string[]): AsyncGenerator<number> {
  try {
    for (let item = 0; item < count; item++) {
      said.push(`read ${item}`);
      yield item;
    }
  } finally {
    said.push("let go");
  }
}
