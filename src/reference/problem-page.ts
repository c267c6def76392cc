import { html } from "hono/html";
import { type ProblemSlug, problems } from "../shared/errors.ts";

export interface ProblemEntry {
  readonly slug: ProblemSlug;
  readonly status: number;
  readonly title: string;
  readonly meaning: string;
  readonly remedy: string;
}

export function problemEntry(slug: ProblemSlug): ProblemEntry {
  const [status, title, meaning, remedy] = problems[slug];
  return { slug, status, title, meaning, remedy };
}

export const problemEntries: readonly ProblemEntry[] = (Object.keys(problems) as ProblemSlug[]).map(problemEntry);

/** What the problems mean and what to do, for people. */
export function problemPage(entries: readonly ProblemEntry[]) {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Headroom problems</title>
    <style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem }</style>
  </head>
  <body>
    <h1>${entries.length === 1 ? entries[0]?.title : "Problems"}</h1>
    <dl>
      ${entries.map(
        ({ slug, status, title, meaning, remedy }) => html`
      <dt><a href="/problems/${slug}"><code>${slug}</code></a> (${status}) ${title}</dt>
      <dd>${meaning} <strong>${remedy}</strong></dd>`,
      )}
    </dl>
  </body>
</html>`;
}
