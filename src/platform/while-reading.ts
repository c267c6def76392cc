/**
 * Works on each item while the next one is read: in order, one at a time, and nothing is being worked on any more when it
 * ends. Rejects with what `work` rejected with, else with what reading did.
 */
export async function whileReading<Item>(
  items: AsyncIterable<Item>,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let working = Promise.resolve();
  try {
    for await (const item of items) {
      await working;
      working = work(item);
      // It is told where it is awaited.
      working.catch(() => undefined);
    }
  } finally {
    await working;
  }
}
