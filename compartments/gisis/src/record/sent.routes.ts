import type { BlobStore } from '@bulkhead/blobs';
import {
  type CompartmentContext,
  type FileField,
  type FormFaults,
  type FormValues,
  readForm,
  readUpload,
  requirePerson,
} from '@bulkhead/web';
import { z } from 'zod';
import type { Module } from '#declaration/module.rules.ts';
import type { InSix } from '#declaration/terms.rules.ts';
import { keepRecordFile } from '#file/file.actions.ts';
import { asFileField, detectFile, fileFieldsAmong, type Sender, sealFile, unsealFile } from '#file/file.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import type { Values } from '#value/record-rule.rules.ts';
import type { FileValue } from '#value/value.rules.ts';
import { inAllLanguages } from '#words/words.ts';
import type { Sent } from './outcome.rules.ts';
import { type FieldFault, faultAt, type TypedFields } from './typed.rules.ts';

/** A form sent: the fields, why, whether the person is sure, and which revision they saw. */
export type SentForm = Sent & {
  readonly revision: number;
  readonly noSource: FieldFault;
  /** Files that were refused: told at their fields. */
  readonly fileFaults: readonly FieldFault[];
  /** Files that were sent, for the form to keep while other fields are mended. */
  readonly kept: Readonly<Record<string, string>>;
};
export type Keeping = { readonly blobs: BlobStore; readonly secret: Uint8Array };
type Form = { readonly values: FormValues; readonly faults: FormFaults; readonly files: Readonly<Record<string, FileValue>> };

const MOST_FIELDS = 500;
const FORM_BYTES = 262_144;
const LONGEST_SOURCE = 500;

/**
 * Reads the form of a record; files are kept before this returns. What stands in `standing` stays where no file was sent in its place.
 * @throws EstateError `input.invalid`, `input.too_large`, and what keeping a file throws
 */
export async function readSent(
  c: CompartmentContext,
  module: Module,
  fields: readonly string[],
  { standing, ...keeping }: Keeping & { readonly standing: Values },
): Promise<SentForm> {
  const files = fileFieldsAmong(module, fields);
  const others = fields.filter((name) => !files.includes(name));
  const lists = others.filter((name) => meaningsOf(module)[name]?.control.isMany === true);
  const dated = others.filter((name) => module.fields[name]?.effective === true).map((name) => `since.${name}`);
  const one = z.string().optional();
  const shape: Record<string, z.ZodType> = { revision: one, source: one, sure: one };
  for (const name of [...others, ...dated]) shape[name] = lists.includes(name) ? z.array(z.string()) : one;
  for (const name of files) Object.assign(shape, { [`kept.${name}`]: one, [`remove.${name}`]: one });
  const rules = { lists, multiline: Object.keys(shape), maxFields: MOST_FIELDS };
  const form = await readAny(c, module, { shape: z.object(shape), rules, files, keeping });
  const text = (name: string) => (typeof form.values[name] === 'string' ? form.values[name] : '');
  const sender = (field: string): Sender => ({
    secret: keeping.secret,
    accountId: requirePerson(c).accountId,
    module: module.name,
    field,
  });
  const sent = new Map<string, FileValue>();
  for (const name of files) {
    const file = form.files[name] ?? (text(`kept.${name}`) === '' ? null : unsealFile(text(`kept.${name}`), sender(name)));
    if (file) sent.set(name, file);
  }
  const source = text('source').replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST_SOURCE);
  const revision = text('revision');
  return {
    typed: { ...form.values, ...typedFiles(files, { sent, standing, isRemoved: (name) => text(`remove.${name}`) === 'yes' }) },
    source: source === '' ? null : source,
    isSure: text('sure') === 'yes',
    revision: /^[1-9]\d{0,8}$/.test(revision) ? Number(revision) : 0,
    noSource: faultAt('source', inAllLanguages('sourceNeeded')),
    fileFaults: files.flatMap((name) => {
      const sentence = form.faults[name];
      return sentence === undefined ? [] : [faultAt(name, inOne(sentence))];
    }),
    kept: Object.fromEntries([...sent].map(([name, file]) => [name, sealFile(file, sender(name))])),
  };
}

type Asked = {
  readonly shape: z.ZodObject;
  readonly rules: { readonly lists: readonly string[]; readonly multiline: readonly string[]; readonly maxFields: number };
  readonly files: readonly string[];
  readonly keeping: Keeping;
};

async function readAny(c: CompartmentContext, module: Module, { shape, rules, files, keeping }: Asked): Promise<Form> {
  if (!/^multipart\//i.test(c.req.header('content-type') ?? '')) {
    const form = readForm(c, shape, { ...rules, maxBytes: FORM_BYTES });
    return { values: form.values, faults: {}, files: {} };
  }
  const form = await readUpload(c, shape, {
    ...rules,
    files: Object.fromEntries(
      files.map((name) => {
        const { types: accept = [], mostBytes: maxBytes = 0 } = asFileField(module.fields[name]) ?? {};
        const field: FileField<FileValue> = {
          accept,
          maxBytes,
          detect: detectFile,
          store: (content, found) => keepRecordFile(keeping.blobs, content, found, maxBytes),
        };
        return [name, field];
      }),
    ),
  });
  return { values: form.values, faults: form.ok ? {} : form.faults, files: form.files };
}

/** What a form's files come to as typed text: what was sent, nothing where it is taken away, else what stands. */
function typedFiles(
  files: readonly string[],
  given: {
    readonly sent: ReadonlyMap<string, FileValue>;
    readonly standing: Values;
    readonly isRemoved: (name: string) => boolean;
  },
): TypedFields {
  return Object.fromEntries(
    files.map((name) => {
      const value = given.sent.get(name) ?? (given.isRemoved(name) ? null : (given.standing[name] ?? null));
      return [name, value === null ? '' : JSON.stringify(value)];
    }),
  );
}

/** A sentence of the platform's own, in the language of the person who reads it next. */
function inOne(sentence: string): InSix {
  return { ar: sentence, zh: sentence, en: sentence, fr: sentence, ru: sentence, es: sentence };
}
