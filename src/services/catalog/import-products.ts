import { auditEvent } from "../../platform/audit.ts";
import type { Config } from "../../platform/config.ts";
import { appendEvents } from "../../platform/events/outbox.ts";
import { linesOf } from "../../platform/http/ndjson.ts";
import { problemBody } from "../../platform/http/problem.ts";
import { forWriting, type Scope } from "../../platform/scope.ts";
import { whileReading } from "../../platform/while-reading.ts";
import { Problem } from "../../shared/errors.ts";
import { readImportLine } from "./read-import-line.ts";
import { type Imported, saveImports } from "./save-imports.ts";
import type { ImportLine, ImportReport } from "./schemas.ts";

const lineBytesMax = 64 * 1024;
/** What is saved at once, in lines and in characters, whichever comes first; as much is read meanwhile. */
const batchLinesMax = 500;
const batchTextMax = 1024 * 1024;
/** How many refusals are told; the others are counted. */
const failedMax = 1_000;

/** A line of the file, or what is wrong with it. */
interface Numbered {
  readonly number: number;
  readonly line: ImportLine | Problem;
}

/**
 * Creates or replaces the product of each line of a body that streams in; a line that is refused fails alone. A line
 * without an id is about the product that has its slug. What is there already stays as it is, so that a file may be sent
 * again, also where sending it broke off.
 * @throws Problem malformed-request where the body breaks off, overloaded, service-unavailable: what came before is kept
 */
export async function importProducts(scope: Scope, body: ReadableStream<Uint8Array>): Promise<ImportReport> {
  await recordImport(scope);
  const report = openReport(scope.deps.config.PUBLIC_URL);
  await whileReading(batchesOf(body, scope.deps.config), async (batch) => {
    const lines = batch.flatMap(({ line }) => (line instanceof Problem ? [] : [line]));
    const outcomes = await saveImports(scope, lines);
    await openStock(
      scope,
      lines.filter((_, index) => !(outcomes[index] instanceof Problem)),
    );
    const saved = outcomes.values();
    for (const { number, line } of batch) report.note(number, line instanceof Problem ? line : saved.next().value);
  });
  return report.whole();
}

/** The lines of a body, as many at once as may be held. */
async function* batchesOf(body: ReadableStream<Uint8Array>, config: Config): AsyncGenerator<readonly Numbered[]> {
  let batch: Numbered[] = [];
  let length = 0;
  for await (const { number, text } of linesOf(body, lineBytesMax)) {
    batch.push({ number, line: text instanceof Problem ? text : readImportLine(text, config) });
    length += text instanceof Problem ? 0 : text.length;
    if (batch.length < batchLinesMax && length < batchTextMax) continue;
    yield batch;
    batch = [];
    length = 0;
  }
  if (batch.length > 0) yield batch;
}

/** Once for the whole file and before anything of it is written, so that it covers what each of its transactions does. */
async function recordImport(scope: Scope): Promise<void> {
  const record = auditEvent(scope, { action: "import.begun", target: { type: "import", id: scope.requestId } });
  await forWriting(scope, "catalog").sql.begin((tx) => appendEvents(tx, scope, [record]));
}

/** A file that is sent again must not count again what has been sold since: `onHand` opens a SKU's stock, no more. */
async function openStock(scope: Scope, lines: readonly ImportLine[]): Promise<void> {
  const counted = lines.flatMap(({ variants }) =>
    variants.flatMap(({ sku, onHand }) => (onHand === undefined ? [] : [{ sku, onHand }])),
  );
  for (let from = 0; from < counted.length; from += batchLinesMax)
    await scope.deps.ports.inventory.openStock(scope, counted.slice(from, from + batchLinesMax));
}

function openReport(publicUrl: string) {
  const counts = { created: 0, updated: 0, unchanged: 0 };
  const failed: ImportReport["failed"] = [];
  let failedCount = 0;
  return {
    note: (line: number, outcome: Imported | undefined) => {
      if (outcome === undefined) throw new Error(`Line ${line} was forgotten.`);
      if (!(outcome instanceof Problem)) counts[outcome]++;
      else if (++failedCount <= failedMax)
        failed.push({ line, problem: { ...problemBody(outcome, publicUrl), ...outcome.members } });
    },
    whole: (): ImportReport => ({
      ...counts,
      failed,
      failedCount,
    }),
  };
}
