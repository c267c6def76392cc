/** Asks for the next item already while this one is being worked on; never for two. */
export async function* readAhead<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
  const iterator = items[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (let { done, value } = await next; !done; { done, value } = await next) {
      next = iterator.next();
      // Its error is told when it is its turn.
      next.catch(() => undefined);
      yield value;
    }
  } finally {
    // Not waited for: what is being read may take as long as its source likes.
    iterator.return?.().catch(() => undefined);
  }
}
