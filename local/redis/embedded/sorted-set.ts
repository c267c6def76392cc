export type Member = { readonly member: string; readonly score: number };

/** Members by score, then by bytes. Insertion moves the tail of an array: fine up to some 100,000 members. */
export type SortedSet = {
  readonly size: number;
  readonly ordered: readonly Member[];
  score(member: string): number | undefined;
  put(member: string, score: number): void;
  remove(member: string): boolean;
};

export function sortedSet(): SortedSet {
  const scores = new Map<string, number>();
  const ordered: Member[] = [];

  const remove = (member: string): boolean => {
    const score = scores.get(member);
    if (score === undefined) return false;
    ordered.splice(indexOf(ordered, member, score), 1);
    return scores.delete(member);
  };

  return {
    get size() {
      return scores.size;
    },
    ordered,
    score: (member) => scores.get(member),
    put: (member, score) => {
      remove(member);
      ordered.splice(indexOf(ordered, member, score), 0, { member, score });
      scores.set(member, score);
    },
    remove,
  };
}

function indexOf(ordered: readonly Member[], member: string, score: number): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = ordered[middle];
    if (other === undefined) break;
    const isBefore = other.score < score || (other.score === score && other.member < member);
    if (isBefore) low = middle + 1;
    else high = middle;
  }
  return low;
}
