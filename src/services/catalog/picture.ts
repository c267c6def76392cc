import { sha256 } from "../../platform/hash.ts";

/** The path of the picture that stands for a product without one. */
export const pictureOf = (slug: string): string => `/images/${slug}.svg`;

const size = 640;

/** A picture made of the slug alone, the same everywhere and for ever: colours and shapes by its digest, its words. */
export function drawPicture(slug: string): string {
  const digest = Buffer.from(sha256(slug), "base64url");
  const at = (index: number) => digest[index % digest.length] ?? 0;
  const hue = Math.round((at(0) / 256) * 360);
  const shapes = [0, 1, 2, 3, 4].map((n) => shape(n, at(3 * n + 1), at(3 * n + 2), at(3 * n + 3), hue));
  const lines = words(slug).map((line, index) => `<tspan x="40" dy="${index === 0 ? 0 : 44}">${line}</tspan>`);
  const top = size - 40 - 44 * (lines.length - 1);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" role="img" aria-label="${words(slug).join(" ")}">`,
    `<rect width="${size}" height="${size}" fill="hsl(${hue} 45% 88%)"/>`,
    ...shapes,
    `<text y="${top}" font-family="system-ui, sans-serif" font-size="36" font-weight="600" fill="hsl(${hue} 55% 18%)">`,
    `${lines.join("")}</text></svg>`,
  ].join("");
}

function shape(n: number, x: number, y: number, extent: number, hue: number): string {
  const [left, top] = [(x / 256) * size, (y / 256) * size * 0.7];
  const radius = 50 + (extent / 256) * 130;
  const fill = `fill="hsl(${(hue + 40 * n) % 360} 60% ${50 + 6 * n}%)" fill-opacity="0.55"`;
  if (extent % 2 === 0)
    return `<circle cx="${left.toFixed(0)}" cy="${top.toFixed(0)}" r="${radius.toFixed(0)}" ${fill}/>`;
  const side = (radius * 1.6).toFixed(0);
  return `<rect x="${left.toFixed(0)}" y="${top.toFixed(0)}" width="${side}" height="${side}" rx="28" ${fill}/>`;
}

/** The slug's words in lines of up to 28 characters. Slugs hold nothing that XML would have to escape. */
function words(slug: string): string[] {
  const lines: string[] = [];
  for (const word of slug.split("-")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length > 27) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
