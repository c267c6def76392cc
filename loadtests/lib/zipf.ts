/**
 * Ranks by popularity: rank k of `count` (from 0) has a share of 1 / (k + 1)^exponent. The answer turns a number drawn
 * evenly from [0, 1) into a rank. By inversion of the cumulated shares (Devroye, Non-Uniform Random Variate
 * Generation, 1986, III.2).
 */
export function zipf(count: number, exponent: number): (drawn: number) => number {
  let sum = 0;
  const cumulated = Array.from({ length: count }, (_, rank) => {
    sum += (rank + 1) ** -exponent;
    return sum;
  });
  return (drawn) => firstAbove(cumulated, drawn * sum);
}

function firstAbove(ascending: readonly number[], bound: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}
