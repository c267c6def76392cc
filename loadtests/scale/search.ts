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

const triesMax = 18;
/** The first step away from where it begins; each further one in the same direction is twice as wide. */
const firstStep = 1.06;
/** Below this share of where it began nothing is worth to be found. */
const shareMin = 0.02;

/**
 * The highest rate that `attempt` holds: brackets it with ever wider steps, halves the bracket, and then tries both ends of
 * it again, since one try may be held or lost by chance. What most tries of a rate say counts.
 */
export async function highestHeld<T extends Tried>(
  attempt: (rate: number) => Promise<T>,
  { first, precision, tries }: SearchSettings,
): Promise<Found<T>> {
  const all: T[] = [];
  const count = (rate: number) => all.filter((each) => each.rate === rate).length;
  let step = firstStep;
  let rate = first;
  let ends = endsOf(all);
  while (all.length < triesMax && rate > first * shareMin) {
    all.push(await attempt(rate));
    ends = endsOf(all);
    const { low, high } = ends;
    const isBracketed = low > 0 && high < Number.POSITIVE_INFINITY;
    if (isBracketed && high / low > precision * rounding) rate = Math.sqrt(low * high);
    else if (isBracketed && count(high) < Math.min(tries, 2)) rate = high;
    else if (isBracketed && count(low) < tries) rate = low;
    else if (isBracketed) break;
    else {
      rate = low > 0 ? low * step : high / step;
      step **= 2;
    }
    if (isBracketed) step = firstStep;
  }
  const held = all.filter((each) => each.rate === ends.low && each.held);
  return { held, lost: all.find((each) => each.rate === ends.high && !each.held), all };
}

const rounding = 1.000_001;

/** The highest rate that most tries held, and the lowest above it that most lost. */
function endsOf(all: readonly Tried[]): { readonly low: number; readonly high: number } {
  const isHeld = (rate: number) => {
    const same = all.filter((each) => each.rate === rate);
    return same.filter(({ held }) => held).length * 2 >= same.length;
  };
  const rates = [...new Set(all.map((each) => each.rate))];
  const low = Math.max(0, ...rates.filter(isHeld));
  return { low, high: Math.min(...rates.filter((rate) => rate > low && !isHeld(rate))) };
}
