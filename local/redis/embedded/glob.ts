/** Redis' key patterns as a regular expression: `*`, `?`, `[abc]`, `[^a]`, `[a-z]`, and `\` before a literal. */
export function globPattern(glob: string): RegExp {
  let source = "";
  for (let at = 0; at < glob.length; at++) {
    const char = glob.charAt(at);
    if (char === "*") {
      if (glob.charAt(at - 1) !== "*" || source === "") source += "[^]*";
    } else if (char === "?") source += "[^]";
    else if (char === "[") {
      const end = classEnd(glob, at + 1);
      source += characterClass(glob.slice(at + 1, end));
      at = end;
    } else {
      if (char === "\\" && at + 1 < glob.length) at++;
      source += literal(glob.charAt(at));
    }
  }
  return new RegExp(`^${source}$`);
}

function classEnd(glob: string, start: number): number {
  let at = start;
  while (at < glob.length && glob.charAt(at) !== "]") at += glob.charAt(at) === "\\" ? 2 : 1;
  return at;
}

function characterClass(inside: string): string {
  const isNegated = inside.startsWith("^");
  const chars = isNegated ? inside.slice(1) : inside;
  let source = "";
  for (let at = 0; at < chars.length; at++) {
    if (chars.charAt(at) === "\\" && at + 1 < chars.length) source += literal(chars.charAt(++at));
    else if (chars.charAt(at + 1) === "-" && at + 2 < chars.length) {
      const [from = "", to = ""] = [chars.charAt(at), chars.charAt(at + 2)].sort();
      source += `${literal(from)}-${literal(to)}`;
      at += 2;
    } else source += literal(chars.charAt(at));
  }
  return `[${isNegated ? "^" : ""}${source}]`;
}

function literal(char: string): string {
  return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
