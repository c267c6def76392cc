import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { pool } from "../support/client.ts";
import type { OwnShop } from "../support/own-shop.ts";
import type { Table } from "../support/tables.ts";
import { type HostileValues, textOf, transactionNow, type Written, writtenSince } from "./hostile-values.ts";
import type { Write } from "./writes.ts";

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** An operation that writes, and what the document says of its body. */
export interface WritingOperation {
  /** `POST /v1/orders` */
  readonly name: string;
  readonly make: (shop: OwnShop) => Promise<Write>;
  /** Absent where the document knows no body. */
  readonly schema?: Schema;
}

export interface Probe {
  readonly shop: OwnShop;
  readonly tables: readonly Table[];
  readonly values: HostileValues;
  readonly document: Readonly<Record<string, unknown>>;
}

/** Into which object of the body a field goes: `lines.0`, or "" for the body itself. */
type Place = string;
type Fields = Readonly<Record<string, unknown>>;

/** Every effect of a column's name among the fields of the operation, and every answer that neither refuses nor ignores it. */
export async function effectsOf(probe: Probe, operation: WritingOperation): Promise<string[]> {
  const { shop, tables, values } = probe;
  const write = await operation.make(shop);
  await shop.settle();
  const since = await transactionNow(shop.sql);
  const accepted: [Place, string][] = [];
  const found: string[] = [];
  const places = operation.schema === undefined ? [] : objectsIn(write.body ?? {});
  const probes = places.flatMap((place) =>
    [...values.keys()].filter((name) => !isKnown(probe, operation, place, name)).map((name) => [place, name] as const),
  );
  await pool(
    probes.map(([place, name]) => async () => {
      const answer = await send(shop, operation, write, { [place]: { [name]: values.get(name)?.[0] } });
      if (!answer.refusedPaths.includes(join(place, name))) accepted.push([place, name]);
    }),
    8,
  );
  // A request that was not refused has used up what it acts on; the ones behind it are asked again, alone.
  const { marked } = await writtenSince(shop.sql, tables, since);
  if (accepted.length === 0) found.push(...marked.map((what) => `${operation.name}: ${what}`));
  const trials =
    operation.schema === undefined
      ? [Object.fromEntries(objectsIn(write.body ?? {}).map((place) => [place, [...values.keys()]]))]
      : accepted.map(([place, name]) => ({ [place]: [name] }));
  const clean = trials.length === 0 ? undefined : await writtenBy(probe, operation, {});
  for (const trial of trials) found.push(...(await effectsOfTrial(probe, operation, trial, clean)));
  return found;
}

/** Sends names that are not refused with each of their values, and looks what came of it. */
async function effectsOfTrial(
  probe: Probe,
  operation: WritingOperation,
  trial: Readonly<Record<Place, readonly string[]>>,
  clean: Written | undefined,
): Promise<string[]> {
  const { values } = probe;
  const names = [...new Set(Object.values(trial).flat())];
  const most = Math.max(...names.map((name) => values.get(name)?.length ?? 0));
  const found: string[] = [];
  for (let nth = 0; nth < most; nth++) {
    const hostile = (name: string) => values.get(name)?.[nth] ?? values.get(name)?.[0];
    const fields = Object.fromEntries(
      Object.entries(trial).map(([place, of]) => [place, Object.fromEntries(of.map((name) => [name, hostile(name)]))]),
    );
    const written = await writtenBy(probe, operation, fields);
    const at = `${operation.name} with ${Object.entries(trial).map(([place, of]) => (of.length > 3 ? `all names in "${place}"` : join(place, of.join())))}`;
    if (written.status >= 300 && !written.isRefused) found.push(`${at}: answered ${written.status}`);
    found.push(...written.marked.map((what) => `${at}: ${what}`));
    for (const name of names)
      for (const [column, texts] of written.values)
        if (
          column.endsWith(`.${snakeCase(name)}`) &&
          texts.has(textOf(hostile(name))) &&
          !clean?.values.get(column)?.has(textOf(hostile(name)))
        )
          found.push(`${at}: ${column} became ${textOf(hostile(name))}`);
  }
  return [...new Set(found)];
}

interface Answered extends Written {
  readonly status: number;
  readonly isRefused: boolean;
}

/** What a request on things of its own wrote, its events' effects included. */
async function writtenBy(
  { shop, tables }: Probe,
  operation: WritingOperation,
  fields: Readonly<Record<Place, Fields>>,
): Promise<Answered> {
  const write = await operation.make(shop);
  await shop.settle();
  const since = await transactionNow(shop.sql);
  const { status, refusedPaths } = await send(shop, operation, write, fields);
  await shop.settle();
  return { status, isRefused: refusedPaths.length > 0, ...(await writtenSince(shop.sql, tables, since)) };
}

interface Answer {
  readonly status: number;
  /** The paths that a 422 names. */
  readonly refusedPaths: readonly string[];
}

interface Refusal {
  readonly status?: number;
  readonly errors?: readonly { readonly path: string }[];
}

async function send(
  { instances: [at] }: OwnShop,
  { name }: WritingOperation,
  write: Write,
  fields: Readonly<Record<Place, Fields>>,
): Promise<Answer> {
  const [method = ""] = name.split(" ");
  const body = JSON.stringify(withFields(write.body ?? {}, fields));
  const answer = await fetch(at.url + write.path, {
    method,
    body,
    signal: AbortSignal.timeout(20_000),
    headers: {
      "Content-Type": "application/json",
      "Idempotency-Key": randomUUID(),
      ...(write.token === undefined ? {} : { Authorization: `Bearer ${write.token}` }),
      ...write.headers,
      ...(write.isSigned ? signature(at.deps.config.SANDBOX_WEBHOOK_SECRET ?? "", body) : {}),
    },
  });
  const text = await answer.text();
  const parsed = text.startsWith("{") ? (JSON.parse(text) as Refusal & { failed?: { problem: Refusal }[] }) : {};
  // An import refuses a line, not the request.
  const refusal: Refusal = parsed.failed?.[0]?.problem ?? parsed;
  return {
    status: answer.status,
    refusedPaths: refusal.status === 422 ? (refusal.errors?.map(({ path }) => path) ?? []) : [],
  };
}

function signature(secret: string, body: string) {
  const [id, at] = [`msg_${randomUUID()}`, new Date()];
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(secret).sign(id, at, body),
  };
}

/** The body and every object in it, of a list the first; what maps any name to text has no names to smuggle. */
function objectsIn(body: Fields, at: Place = ""): Place[] {
  const inside = Object.entries(body).flatMap(([name, value]) => {
    if (name === "metadata") return [];
    const [each, place] = Array.isArray(value) ? [value[0], `${join(at, name)}.0`] : [value, join(at, name)];
    return typeof each === "object" && each !== null ? objectsIn(each as Fields, place) : [];
  });
  return [at, ...inside];
}

/** The body with more fields, where it has none of the name. */
function withFields(body: Fields, fields: Readonly<Record<Place, Fields>>): Fields {
  const copy = structuredClone(body);
  for (const [place, more] of Object.entries(fields)) {
    const steps = place === "" ? [] : place.split(".");
    const object = steps.reduce<Record<string, unknown>>((at, step) => at[step] as Record<string, unknown>, copy);
    Object.assign(object, { ...more, ...object });
  }
  return copy;
}

/** A field of the operation's own says what it may; one that the document lets be anything may have no effect either. */
function isKnown({ document }: Probe, { schema }: WritingOperation, place: Place, name: string): boolean {
  const steps = place === "" ? [] : place.split(".");
  const at = steps.reduce<Schema | undefined>(
    (of, step) => (step === "0" ? resolved(document, of)?.items : resolved(document, of)?.properties?.[step]),
    schema,
  );
  const field = resolved(document, at)?.properties?.[name];
  return field !== undefined && Object.keys(field).length > 0;
}

function resolved(document: Readonly<Record<string, unknown>>, schema: Schema | undefined): Schema | undefined {
  if (schema?.$ref === undefined) return schema;
  const { schemas } = document.components as { schemas: Record<string, Schema> };
  return schemas[schema.$ref.replace("#/components/schemas/", "")];
}

function join(place: Place, name: string): string {
  return place === "" ? name : `${place}.${name}`;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
