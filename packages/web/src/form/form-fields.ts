import type { Language } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { z } from 'zod';
import { faultWords, tellIssue } from './fault-sentence.ts';
import type { Pair } from './urlencoded.ts';

/** What was typed, by field: to show the form again without loss. */
export type FormValues = Readonly<Record<string, string | readonly string[]>>;
/** What is wrong, by field, as a sentence for the person. */
export type FormFaults = Readonly<Record<string, string>>;
export type FormResult<Value> =
  | { readonly ok: true; readonly value: Value; readonly values: FormValues }
  | { readonly ok: false; readonly faults: FormFaults; readonly values: FormValues };

export type FieldRules = {
  /** Fields that may be sent several times; they arrive as lists, also when sent once or never. */
  readonly lists?: readonly string[];
  /** Fields in which lines may end; the others are one line. */
  readonly multiline?: readonly string[];
};

/**
 * Makes fields of what was sent. Text is normalised to NFC, line ends to `\n`.
 * @throws EstateError `input.invalid` for fields that no form of ours sends: unknown, or twice
 */
export function collectFields(
  pairs: readonly Pair[],
  known: readonly string[],
  rules: FieldRules,
): Record<string, string | string[]> {
  const lists = new Set(rules.lists);
  const fields = new Map<string, string | string[]>([...lists].map((name) => [name, []]));
  for (const { name, value } of pairs) {
    if (!known.includes(name)) throw new EstateError('input.invalid', `reading a form: it has no field ${shorten(name)}`);
    const text = value.replaceAll('\r\n', '\n').normalize('NFC');
    const present = fields.get(name);
    if (Array.isArray(present)) present.push(text);
    else if (present !== undefined)
      throw new EstateError('input.invalid', `reading a form: the field ${shorten(name)} stands twice`);
    else fields.set(name, text);
  }
  return Object.fromEntries(fields);
}

/** Checks fields against a schema and for control characters. */
export function checkFields<Schema extends z.ZodObject>(
  values: FormValues,
  schema: Schema,
  rules: FieldRules,
  language: Language,
): FormResult<z.infer<Schema>> {
  const faults = new Map<string, string>();
  for (const [name, value] of Object.entries(values)) {
    const pattern = rules.multiline?.includes(name) ? /[^\P{Cc}\n\t]/u : /\p{Cc}/u;
    const texts = typeof value === 'string' ? [value] : value;
    if (texts.some((text) => pattern.test(text))) faults.set(name, faultWords(language).control);
  }
  const parsed = schema.safeParse(values);
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0] ?? '');
    if (!faults.has(name)) faults.set(name, tellIssue(issue, language));
  }
  if (parsed.success && faults.size === 0) return { ok: true, value: parsed.data, values };
  return { ok: false, faults: Object.fromEntries(faults), values };
}

function shorten(name: string): string {
  return JSON.stringify(name.slice(0, 40));
}
