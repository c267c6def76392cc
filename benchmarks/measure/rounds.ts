/** Two sides measured in turns: A B A B … */
export interface Rounds<A, B> {
  readonly ours: readonly A[];
  readonly limit: readonly B[];
}

/** Runs the sides in turns, so that what changes while they run (the machine, the tables' size) meets both alike. */
export async function alternate<A, B>(
  rounds: number,
  ours: () => Promise<A>,
  limit: () => Promise<B>,
  tell: (round: number, ours: A, limit: B) => void,
): Promise<Rounds<A, B>> {
  const measured = { ours: [] as A[], limit: [] as B[] };
  for (let round = 1; round <= rounds; round++) {
    const [one, other] = [await ours(), await limit()];
    tell(round, one, other);
    measured.ours.push(one);
    measured.limit.push(other);
  }
  return measured;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? 0;
  return (low + (sorted[Math.floor(middle)] ?? 0)) / 2;
}

/** The median of the ratios pair by pair. */
export function medianRatio(ours: readonly number[], limit: readonly number[]): number {
  return median(ours.map((value, round) => value / (limit[round] ?? Number.NaN)));
}
