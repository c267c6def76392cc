import { html } from "hono/html";

export interface Series {
  readonly name: string;
  /** One for each x; undefined leaves a gap. */
  readonly values: readonly (number | undefined)[];
  /** A line that was computed rather than measured: dashed, without points. */
  readonly computed?: boolean;
}

export interface Plot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly x: readonly number[];
  readonly series: readonly Series[];
}

const [width, height] = [460, 300];
const frame = { left: 56, right: 12, top: 12, bottom: 44 };
/** Told apart by those who see no colours too: each series has a mark of its own (Okabe and Ito's palette). */
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#444444"];
const marks = ["●", "■", "▲", "◆", "✚", "✖"];

/** A chart as SVG that stands for itself: a title for who cannot see it, marks and a legend below. */
export function drawPlot({ title, xLabel, yLabel, x, series }: Plot) {
  const values = series.flatMap((one) => one.values.filter((value) => value !== undefined));
  const ticks = ticksUpTo(Math.max(...values, 0));
  const [xMax, yMax] = [Math.max(...x), ticks.at(-1) ?? 1];
  const across = (value: number) => frame.left + (value / xMax) * (width - frame.left - frame.right);
  const up = (value: number) => height - frame.bottom - (value / yMax) * (height - frame.top - frame.bottom);
  const scale = { across, up };
  return html`<figure><figcaption>${title}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${described({ title, xLabel, yLabel, x, series })}">
${ticks.map((tick) => {
  const y = up(tick).toFixed(1);
  return html`<path d="M${frame.left} ${y}H${width - frame.right}" class="grid"/><text x="${frame.left - 6}" y="${y}" dy=".32em" text-anchor="end">${shown(tick)}</text>`;
})}
${x.map((value) => html`<text x="${across(value).toFixed(1)}" y="${height - frame.bottom + 18}" text-anchor="middle">${shown(value)}</text>`)}
<text x="${(frame.left + width - frame.right) / 2}" y="${height - 8}" text-anchor="middle">${xLabel}</text>
<text transform="translate(14 ${(height - frame.bottom) / 2}) rotate(-90)" text-anchor="middle">${yLabel}</text>
${series.map((one, index) => drawSeries(one, x, scale, index))}
</svg>
<p class="legend">${series.map(({ name, computed }, index) => html`<span style="color:${colourOf(index)}">${computed ? "┄" : markOf(index)} ${name}</span> `)}</p></figure>`;
}

interface Scale {
  readonly across: (x: number) => number;
  readonly up: (y: number) => number;
}

function drawSeries({ values, computed }: Series, x: readonly number[], { across, up }: Scale, index: number) {
  const points = values.flatMap((value, at) =>
    value === undefined ? [] : [[across(x[at] ?? 0).toFixed(1), up(value).toFixed(1)] as const],
  );
  const colour = colourOf(index);
  const path = points.map(([px, py], at) => `${at === 0 ? "M" : "L"}${px} ${py}`).join("");
  const dash = computed ? html` stroke-dasharray="5 4"` : "";
  return html`<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"${dash}/>
${computed ? "" : points.map(([px, py]) => html`<text x="${px}" y="${py}" dy=".36em" text-anchor="middle" fill="${colour}" class="mark">${markOf(index)}</text>`)}`;
}

/** Four to six round numbers from zero to above the highest value. */
function ticksUpTo(highest: number): number[] {
  const rough = (highest || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.ceil((highest || 1) / step) + 1 }, (_, index) => index * step);
}

function described({ title, xLabel, yLabel, x, series }: Plot): string {
  const rows = series.map(
    ({ name, values }) =>
      `${name}: ${values.map((value, at) => `${shown(x[at] ?? 0)} → ${value === undefined ? "none" : shown(value)}`).join(", ")}`,
  );
  return `${title}, ${yLabel} by ${xLabel}. ${rows.join("; ")}`;
}

/** Three digits that matter. */
export function shown(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

function colourOf(index: number): string {
  return colours[index % colours.length] ?? "black";
}

function markOf(index: number): string {
  return marks[index % marks.length] ?? "●";
}
