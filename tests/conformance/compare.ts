import type { Answer, Runtime } from "./exchange.ts";
import { headersLeftOut } from "./left-out.ts";
import { normalised } from "./normalise.ts";

/** Where two runtimes answered the same recorded requests differently; nothing where they are the same program. */
export function differences(one: Side, other: Side): string[] {
  const [ones, others] = [normalised(one.runtime, one.answers), normalised(other.runtime, other.answers)];
  return ones.flatMap((answer, index) => {
    const counterpart = others[index];
    if (counterpart === undefined) return [`${answer.request}: ${other.runtime.name} has no answer`];
    const parts = ["status", "body", ...new Set([...headersOf(answer), ...headersOf(counterpart)])];
    return parts.flatMap((part) => {
      const [mine, theirs] = [partOf(answer, part), partOf(counterpart, part)];
      if (mine === theirs) return [];
      return [
        `${answer.request}: ${part}: ${one.runtime.name} ${excerpt(mine, theirs)}, ${other.runtime.name} ${excerpt(theirs, mine)}`,
      ];
    });
  });
}

interface Side {
  readonly runtime: Runtime;
  readonly answers: readonly Answer[];
}

type Comparable = ReturnType<typeof normalised>[number];

function headersOf({ headers }: Comparable): string[] {
  return Object.keys(headers).filter((name) => !headersLeftOut.has(name));
}

function partOf({ status, body, headers }: Comparable, part: string): string {
  if (part === "status") return String(status);
  return part === "body" ? body : (headers[part] ?? "(none)");
}

/** The text from where it parts from the other. */
function excerpt(text: string, other: string): string {
  const from = [...text].findIndex((letter, index) => letter !== other[index]);
  return JSON.stringify(text.slice(Math.max(0, from - 40), from + 120));
}
