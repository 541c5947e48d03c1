import type { Language } from '@bulkhead/contracts';
import { type ProblemFault, tellIssue } from '@bulkhead/web';
import { z } from 'zod';
import type { Module } from '#declaration/module.rules.ts';
import type { Sent } from '#record/outcome.rules.ts';
import { type FieldFault, faultAt, type TypedFields } from '#record/typed.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import type { Given, Meaning, Typed } from '#value/value.rules.ts';
import { inAllLanguages } from '#words/words.ts';
import { API_SENTENCES } from './api.words.ts';

const LONGEST_SOURCE = 500;
const MOST_FIELDS = 500;

/** What a program sends to file, change or act: fields as the interface gives them, or any text that a form would take. */
const bodySchema = z.strictObject({
  fields: z
    .record(z.string(), z.unknown())
    .refine((fields) => Object.keys(fields).length <= MOST_FIELDS)
    .default({}),
  /** Of fields that hold from a day on, since when the new value does. */
  since: z.record(z.string(), z.string().max(40)).default({}),
  source: z.string().max(LONGEST_SOURCE).nullish(),
  sure: z.boolean().default(false),
});
export type Body = z.infer<typeof bodySchema>;

/** Something wrong at a place of the body; `field` is the field's name as the module declares it. */
export type WrittenFault = ProblemFault & { readonly field: string; readonly suggestions: readonly string[] };
type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly faults: readonly WrittenFault[] };

export function readBody(json: unknown, language: Language): Read<Body> {
  const parsed = bodySchema.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  const faults = parsed.error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    const places = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
    return places.map((place) => ({
      pointer: writePointer(place),
      field: place.at(-1)?.slice(0, 60) ?? '',
      detail: tellIssue(issue, language),
      suggestions: [],
    }));
  });
  return { ok: false, faults };
}

/**
 * What a form would have sent: fields that are not named stand as in `standing`. From here on the same rules hold for both.
 */
export function typeBody(
  module: Module,
  body: Body,
  asked: {
    readonly fields: readonly string[];
    readonly standing: TypedFields;
    readonly given: Given;
    readonly isChange: boolean;
  },
): { readonly sent: Sent; readonly faults: readonly FieldFault[] } {
  const typed: Record<string, Typed> = { ...asked.standing };
  const faults: FieldFault[] = [];
  for (const [name, json] of Object.entries(body.fields)) {
    const meaning = asked.fields.includes(name) ? meaningsOf(module)[name] : undefined;
    const read = meaning === undefined ? null : typeValue(meaning, json, asked.given);
    if (read === null) faults.push(faultAt(name, API_SENTENCES[Object.hasOwn(module.fields, name) ? 'notYours' : 'noSuchField']));
    else if ('fault' in read) faults.push(faultAt(name, read.fault.sentence, read.fault.suggestions));
    else typed[name] = read.typed;
  }
  for (const [name, day] of Object.entries(body.since)) {
    if (module.fields[name]?.effective === true && asked.fields.includes(name)) typed[`since.${name}`] = day;
    else faults.push(faultAt(`since.${name}`, API_SENTENCES.notYours));
  }
  const source = (body.source ?? '').replaceAll(/\s+/g, ' ').trim();
  if (asked.isChange && source === '') faults.push(faultAt('source', inAllLanguages('sourceNeeded')));
  return { sent: { typed, source: source === '' ? null : source, isSure: body.sure }, faults };
}

type Typing =
  | { readonly typed: Typed }
  | { readonly fault: { readonly sentence: FieldFault['sentence']; readonly suggestions: readonly string[] } };

function typeValue(meaning: Meaning, json: unknown, given: Given): Typing {
  if (typeof json === 'string' && !meaning.control.isMany) return { typed: json };
  const reading = meaning.readJson(json, given);
  if (!reading.ok) return { fault: reading.fault };
  return { typed: reading.value === null ? [] : meaning.fill(reading.value) };
}

/** Where in the body a field's fault stands (RFC 6901). */
export function tellFaults(faults: readonly FieldFault[], language: Language): readonly WrittenFault[] {
  return faults.map(({ field, sentence, suggestions }) => {
    const since = /^since\.(.*)$/s.exec(field)?.[1];
    const path = since === undefined ? (field === 'source' ? ['source'] : ['fields', field]) : ['since', since];
    return { pointer: writePointer(path), field: (since ?? field).slice(0, 60), detail: sentence[language], suggestions };
  });
}

function writePointer(path: readonly string[]): string {
  return `#${path.map((part) => `/${part.slice(0, 60).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;
}

/** The revision that `If-Match` names: a record's ETag begins with it. Undefined where it names none, or any. */
export function readRevision(ifMatch: string | undefined): number | undefined {
  const [, revision] = /^(?:W\/)?"?([1-9]\d{0,8})(?:-[0-9a-f]{16})?"?$/.exec((ifMatch ?? '').trim()) ?? [];
  return revision === undefined ? undefined : Number(revision);
}
