/** How a search for the highest rate proceeds. */
export interface SearchSettings {
  /** Where it begins. */
  readonly first: number;
  /** Held and lost rates this close together end it: 1.03 is 3 %. */
  readonly precision: number;
  /** How often the answer must have been tried; most of the tries must have held. */
  readonly tries: number;
}

interface Tried {
  readonly rate: number;
  readonly held: boolean;
}

export interface Found<T> {
  /** Of the highest rate that most tries held; empty where none was found. */
  readonly held: readonly T[];
  /** The lowest rate that was lost. */
  readonly lost: T | undefined;
  readonly all: readonly T[];
}

const triesMax = 16;
/** The first step away from where it begins; each further one in the same direction is twice as wide. */
const firstStep = 1.06;
/** Below this share of where it began nothing is worth to be found. */
const shareMin = 0.02;

/**
 * The highest rate that `attempt` holds: brackets it with ever wider steps, halves the bracket, and tries the answer again,
 * since one try may be held or lost by chance. An answer that most of its tries lose gives way to the next lower rate.
 */
export async function highestHeld<T extends Tried>(
  attempt: (rate: number) => Promise<T>,
  { first, precision, tries }: SearchSettings,
): Promise<Found<T>> {
  const all: T[] = [];
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let step = firstStep;
  let rate = first;
  while (all.length < triesMax && rate > first * shareMin) {
    const tried = await attempt(rate);
    all.push(tried);
    const held = majority(all, rate);
    if (held) low = Math.max(low, rate);
    else high = Math.min(high, rate);
    if (low >= high) {
      // The answer was lost after all.
      low = highestBelow(all, high);
      step = firstStep;
    }
    if (low > 0 && high / low <= precision) {
      if (all.filter((each) => each.rate === low).length >= tries) break;
      rate = low;
    } else if (low > 0 && high < Number.POSITIVE_INFINITY) rate = Math.sqrt(low * high);
    else {
      rate = held ? low * step : high / step;
      step **= 2;
    }
  }
  const lost = all.filter((each) => each.rate === high);
  return { held: all.filter((each) => each.rate === low && each.held), lost: lost.find((each) => !each.held), all };
}

function majority(all: readonly Tried[], rate: number): boolean {
  const same = all.filter((each) => each.rate === rate);
  return same.filter(({ held }) => held).length * 2 >= same.length;
}

function highestBelow(all: readonly Tried[], lost: number): number {
  return Math.max(0, ...all.map(({ rate }) => rate).filter((rate) => rate < lost && majority(all, rate)));
}
