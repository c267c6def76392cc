/** Does the work for each item, at most `width` at a time; the answers are in the items' order. */
export async function inParallel<T, A>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<A>,
): Promise<A[]> {
  const answers: A[] = [];
  const queue = items.entries();
  const lane = async () => {
    for (const [nth, item] of queue) answers[nth] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  return answers;
}
