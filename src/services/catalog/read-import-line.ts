import * as v from "valibot";
import type { Config } from "../../platform/config.ts";
import { parseJson } from "../../platform/http/body.ts";
import { mismatch } from "../../platform/http/validate.ts";
import { Problem } from "../../shared/errors.ts";
import { requireCurrency } from "./product-fields.ts";
import { type ImportLine, importLine } from "./schemas.ts";

/** What a line of an import asks for, or why it is refused whatever the shop has. */
export function readImportLine(text: string, config: Config): ImportLine | Problem {
  try {
    const read = parseJson(text);
    // Valibot takes a list for an object without fields.
    const parsed = v.safeParse(importLine, Array.isArray(read) ? null : read);
    if (!parsed.success) return mismatch(parsed.issues);
    requireCurrency(parsed.output, config);
    return parsed.output;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
