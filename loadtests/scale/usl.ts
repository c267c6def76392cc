/** One point of a curve: instances, and the requests a second that they held. */
export interface Point {
  readonly instances: number;
  readonly rate: number;
}

/** `rate(n) = lambda n / (1 + sigma (n - 1) + kappa n (n - 1))` */
export interface ScalabilityLaw {
  /** Requests a second of one instance. */
  readonly lambda: number;
  /** Contention: the share of the work that is done by one at a time. */
  readonly sigma: number;
  /** Coherence: what each pair of instances costs. */
  readonly kappa: number;
}

/**
 * Fits the Universal Scalability Law (Gunther, "Guerrilla Capacity Planning", 2007) by least squares of the relative
 * errors, with sigma and kappa not below zero. In `n / rate = (1 + sigma (n - 1) + kappa n (n - 1)) / lambda` it is linear.
 * @throws Error for fewer than three points
 */
export function fitScalabilityLaw(points: readonly Point[]): ScalabilityLaw {
  if (points.length < 3) throw new Error("The law has three unknowns: it takes three points.");
  const rows = points.map(({ instances: n, rate }) => [1, n - 1, n * (n - 1)].map((term) => (term * rate) / n));
  const fits = [[0], [0, 1], [0, 2], [0, 1, 2]].flatMap((used) => {
    const solved = leastSquares(rows.map((row) => used.map((column) => row[column] ?? 0)));
    const [constant = 0, contention = 0, coherence = 0] = [0, 1, 2].map((column) => solved[used.indexOf(column)] ?? 0);
    if (constant <= 0 || contention < 0 || coherence < 0) return [];
    const law = { lambda: 1 / constant, sigma: contention / constant, kappa: coherence / constant };
    return [{ law, error: errorOf(law, points) }];
  });
  const [best] = fits.toSorted((a, b) => a.error - b.error);
  if (best === undefined) throw new Error("No law fits: a rate is not above zero.");
  return best.law;
}

/** Requests a second that the law foretells. */
export function rateOf({ lambda, sigma, kappa }: ScalabilityLaw, n: number): number {
  return (lambda * n) / (1 + sigma * (n - 1) + kappa * n * (n - 1));
}

function errorOf(law: ScalabilityLaw, points: readonly Point[]): number {
  return points.reduce((sum, { instances, rate }) => sum + (1 - rate / rateOf(law, instances)) ** 2, 0);
}

/** The x for which each row times x comes nearest to 1: normal equations, solved by elimination with pivots. */
function leastSquares(rows: readonly (readonly number[])[]): number[] {
  const size = rows[0]?.length ?? 0;
  const column = (index: number) => rows.map((row) => row[index] ?? 0);
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
  const ones = rows.map(() => 1);
  const system = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (_, j) => dot(column(i), column(j))),
    dot(column(i), ones),
  ]);
  return eliminate(system);
}

function eliminate(system: number[][]): number[] {
  const size = system.length;
  for (let at = 0; at < size; at++) {
    const pivot = system
      .slice(at)
      .reduce((best, row) => (Math.abs(row[at] ?? 0) > Math.abs(best[at] ?? 0) ? row : best));
    system.splice(system.indexOf(pivot), 1);
    system.splice(at, 0, pivot);
    for (const row of system) {
      if (row === pivot) continue;
      const factor = (row[at] ?? 0) / (pivot[at] ?? 1);
      for (let column = at; column <= size; column++) row[column] = (row[column] ?? 0) - factor * (pivot[column] ?? 0);
    }
  }
  return system.map((row, at) => (row[size] ?? 0) / (row[at] ?? 1));
}
