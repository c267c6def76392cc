import { html } from "hono/html";
import type { Result } from "../results.ts";
import { drawPlot, shown } from "./plot.ts";
import type { Report } from "./report.ts";
import type { Section, Table } from "./section.ts";

const style = `
  body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 96rem; margin: 0 auto; padding: 1rem 1.5rem 4rem }
  h1, h2 { line-height: 1.2 } h2 { margin-top: 3rem; border-top: 1px solid #ccc; padding-top: 1.5rem }
  p { max-width: 50rem } dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem } dt { font-weight: 600 } dd { margin: 0 }
  .plots { display: flex; flex-wrap: wrap; gap: 1rem } figure { margin: 0; flex: 1 1 24rem; max-width: 34rem } figcaption { font-weight: 600 }
  svg { width: 100%; height: auto } svg text { font-size: 12px; fill: #333 } svg text.mark { font-size: 15px; fill: inherit } .grid { stroke: #ddd }
  .legend { font-size: .85rem; margin: 0 } .legend span { white-space: nowrap; margin-right: .8rem }
  .wide { overflow-x: auto } table { border-collapse: collapse; font-size: .85rem; margin: 1rem 0 } caption { text-align: left; max-width: 50rem; padding-bottom: .4rem }
  th, td { border: 1px solid #ccc; padding: .25rem .5rem; text-align: left; vertical-align: top } th { background: #f2f2f2 }
  .missed { font-weight: 700; color: #a40000 }`;

/** One file that needs nothing else, no script either. */
export async function reportHtml({ facts, quotas, sections, results, distrust }: Report): Promise<string> {
  const quotaRows = Object.entries(quotas).map(([name, quota]) => [name, ...Object.values(quota).map(String)]);
  const quotaHead = ["experiment", ...Object.keys(Object.values(quotas)[0] ?? {})];
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>How Headroom scales</title><style>${style}</style></head><body><main>
<h1>How Headroom scales</h1>
<p>Instances of Headroom, each held to the same small share of a core, behind HAProxy; k6 begins journeys at a constant rate, however slow the answers are. Every part is in a control group of its own, so that what limits is known.</p>
${distrust.length > 0 ? html`<p class="missed" role="alert">This run is not to be trusted: ${distrust.join("; ")}.</p>` : ""}
${drawTable(
  goalTable(
    "Goals",
    results.filter(({ goal, unit }) => goal !== null && unit !== "violations"),
  ),
)}
<details><summary>${soundness(results)}</summary>${drawTable(
    goalTable(
      "Invariants",
      results.filter(({ unit }) => unit === "violations"),
    ),
  )}</details>
${sections.map(drawSection)}
<section><h2>What it was taken on</h2>
<dl>${Object.entries(facts).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
${drawTable({ caption: "Quotas, in cores: of each instance, and of each other part.", head: quotaHead, rows: quotaRows })}
<p>To repeat it: <code>npm run scale -- --seed ${facts.seed}</code>, as root on Linux.</p></section>
</main></body></html>`;
  return `${await page}\n`;
}

/** In which what is broken is named, since the rows are folded away. */
function soundness(results: readonly Result[]): string {
  const invariants = results.filter(({ unit }) => unit === "violations");
  const broken = invariants.filter(({ pass }) => !pass).map(({ name }) => name);
  return `${invariants.length} invariants, ${broken.length} broken${broken.map((name) => `; ${name}`).join("")}`;
}

function goalTable(caption: string, results: readonly Result[]): Table {
  return {
    caption,
    head: ["", "what", "measured", "goal"],
    rows: results.map(({ name, value, unit, goal, pass }) => [
      pass ? "kept" : "MISSED",
      name,
      `${shown(value)} ${unit}`,
      goal ?? "",
    ]),
  };
}

function drawSection({ title, text, plots, table }: Section) {
  return html`<section><h2>${title}</h2>${text.map((line) => html`<p>${line}</p>`)}
<div class="plots">${plots.map(drawPlot)}</div>${drawTable(table)}</section>`;
}

function drawTable({ caption, head, rows }: Table) {
  return html`<div class="wide" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td${cell === "MISSED" ? html` class="missed"` : ""}>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}
