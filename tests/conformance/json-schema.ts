/** The part of JSON Schema 2020-12 that our OpenAPI document uses. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

type Check = (value: unknown, of: never, at: string, schema: JsonSchema, root: JsonSchema) => string[];

/** What is wrong with the value by the schema; `root` resolves `$ref`. @throws Error for a keyword that it does not know */
export function violations(value: unknown, schema: JsonSchema, root: JsonSchema, at = "$"): string[] {
  return Object.entries(schema).flatMap(([keyword, of]) => {
    const check = checks[keyword];
    if (check === undefined) throw new Error(`${at}: the schema's ${keyword} is not checked yet`);
    return check(value, of as never, at, schema, root);
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const no: Check = () => [];
const unless = (holds: boolean, at: string, what: string): string[] => (holds ? [] : [`${at}: ${what}`]);

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isRecord,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
};

const checks: Readonly<Record<string, Check>> = {
  description: no,
  default: no,
  format: no,
  $ref: (value, of: string, at, _, root) => violations(value, resolved(of, root), root, at),
  type: (value, of: string, at) => unless(types[of]?.(value) ?? false, at, `is no ${of}`),
  const: (value, of: unknown, at) => unless(value === of, at, `is not ${of}`),
  enum: (value, of: unknown[], at) => unless(of.includes(value), at, `is none of ${of.join(", ")}`),
  anyOf: (value, of: JsonSchema[], at, _, root) =>
    unless(
      of.some((one) => violations(value, one, root, at).length === 0),
      at,
      "is none of those allowed",
    ),
  pattern: (value, of: string, at) =>
    unless(typeof value !== "string" || new RegExp(of, "u").test(value), at, `is not like ${of}`),
  minLength: (value, of: number, at) =>
    unless(typeof value !== "string" || [...value].length >= of, at, "is too short"),
  maxLength: (value, of: number, at) => unless(typeof value !== "string" || [...value].length <= of, at, "is too long"),
  minimum: (value, of: number, at) => unless(typeof value !== "number" || value >= of, at, "is too small"),
  maximum: (value, of: number, at) => unless(typeof value !== "number" || value <= of, at, "is too large"),
  items: (value, of: JsonSchema, at, _, root) =>
    Array.isArray(value) ? value.flatMap((item, index) => violations(item, of, root, `${at}.${index}`)) : [],
  required: (value, of: string[], at) =>
    isRecord(value) ? of.flatMap((name) => unless(Object.hasOwn(value, name), at, `lacks ${name}`)) : [],
  properties: (value, of: Record<string, JsonSchema>, at, _, root) =>
    isRecord(value)
      ? Object.entries(of).flatMap(([name, schema]) =>
          Object.hasOwn(value, name) ? violations(value[name], schema, root, `${at}.${name}`) : [],
        )
      : [],
  propertyNames: (value, of: JsonSchema, at, _, root) =>
    isRecord(value) ? Object.keys(value).flatMap((name) => violations(name, of, root, `${at}.${name}`)) : [],
  additionalProperties: (value, of: JsonSchema | boolean, at, { properties = {} }, root) => {
    if (!isRecord(value) || of === true) return [];
    const more = Object.keys(value).filter((name) => !Object.hasOwn(properties as object, name));
    return more.flatMap((name) =>
      of === false ? [`${at}: has ${name} too`] : violations(value[name], of, root, `${at}.${name}`),
    );
  },
};

function resolved(ref: string, root: JsonSchema): JsonSchema {
  const found = ref
    .split("/")
    .slice(1)
    .reduce<unknown>((at, name) => (isRecord(at) ? at[name] : undefined), root);
  if (!isRecord(found)) throw new Error(`the document has no ${ref}`);
  return found;
}
