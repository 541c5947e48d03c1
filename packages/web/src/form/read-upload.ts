import { createHash } from 'node:crypto';
import { PassThrough, type Readable, Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EstateError } from '@bulkhead/kernel';
import busboy, { type Busboy } from 'busboy';
import type { z } from 'zod';
import type { CompartmentContext } from '#server/compartment-env.ts';
import { HELD_BODY_LIMIT } from '#server/request-body.ts';
import { faultWords } from './fault-sentence.ts';
import { checkFields, collectFields, type FieldRules, type FormFaults, type FormValues } from './form-fields.ts';
import { type FileField, type FileOutcome, storeFile } from './store-file.ts';
import { decodeText, type Pair } from './urlencoded.ts';

export type UploadOptions<Stored> = FieldRules & {
  readonly files: Readonly<Record<string, FileField<Stored>>>;
  /** Bytes of one text field; 256 kiB unless told. */
  readonly maxFieldBytes?: number;
  /** 100 unless told. */
  readonly maxFields?: number;
};
export type UploadResult<Value, Stored> =
  | { readonly ok: true; readonly value: Value; readonly values: FormValues; readonly files: Readonly<Record<string, Stored>> }
  | {
      readonly ok: false;
      readonly faults: FormFaults;
      readonly values: FormValues;
      /** Files that were stored all the same: the form need not ask for them again. */
      readonly files: Readonly<Record<string, Stored>>;
    };

const MAX_FIELD_BYTES = 262_144;
const MAX_FIELDS = 100;

/**
 * Reads a form with files (multipart/form-data, RFC 7578), the contents straight into their stores.
 * The hash in the request's token is checked before this returns, hence before any row is written.
 * @throws EstateError `input.invalid`, `input.too_large`, `token.wrong_request`, and what a store throws
 */
export async function readUpload<Schema extends z.ZodObject, Stored>(
  c: CompartmentContext,
  schema: Schema,
  options: UploadOptions<Stored>,
): Promise<UploadResult<z.infer<Schema>, Stored>> {
  const { pairs, outcomes } = await readParts(c, options);
  const fields = collectFields(pairs, Object.keys(schema.shape), options);
  const checked = checkFields(fields, schema, options, c.var.language);
  const files: Record<string, Stored> = {};
  const faults: Record<string, string> = checked.ok ? {} : { ...checked.faults };
  for (const [name, field] of Object.entries(options.files)) {
    const outcome = outcomes.get(name) ?? { kind: 'none' };
    if (outcome.kind === 'stored') files[name] = outcome.stored;
    else if (outcome.kind !== 'none' || field.isRequired) faults[name] = tellOutcome(c, outcome.kind, field);
  }
  if (checked.ok && Object.keys(faults).length === 0) return { ...checked, files };
  return { ok: false, faults, values: checked.values, files };
}

type Parts<Stored> = { readonly pairs: readonly Pair[]; readonly outcomes: ReadonlyMap<string, FileOutcome<Stored>> };

async function readParts<Stored>(c: CompartmentContext, options: UploadOptions<Stored>): Promise<Parts<Stored>> {
  const parser = createParser(c, options);
  const pairs: Pair[] = [];
  const running = new Map<string, Promise<FileOutcome<Stored>>>();
  const refuse = (error: EstateError) => parser.destroy(error);
  parser.on('partsLimit', () => refuse(new EstateError('input.too_large', 'reading a form: too many parts')));
  parser.on('field', (name, value, info) => {
    if (info.valueTruncated) return refuse(new EstateError('input.too_large', 'reading a form: a field is too long'));
    // No file chosen: some senders leave out the content type that makes a part a file.
    if (name !== undefined && Object.hasOwn(options.files, name) && value === '') return;
    pairs.push({ name: name ?? '', value });
  });
  parser.on('file', (name = '', content, { filename = '' }) => {
    const field = Object.hasOwn(options.files, name) ? options.files[name] : undefined;
    // A stream without a listener for its error would end the process when the sender goes away.
    content.on('error', () => undefined);
    if (!field || running.has(name))
      return refuse(
        new EstateError('input.invalid', `reading a form: a file for ${JSON.stringify(name.slice(0, 40))} that is not asked for`),
      );
    const outcome = storeFile(content, field, filename);
    outcome.catch(() => undefined);
    running.set(name, outcome);
  });
  const fault = await passThroughHash(c, parser).catch((error: unknown) => toInputFault(error));
  const outcomes = await settleAll(running, fault);
  return { pairs: pairs.map(({ name, value }) => ({ name, value: decodeField(value) })), outcomes };
}

function createParser(c: CompartmentContext, options: UploadOptions<unknown>): Busboy {
  const fields = options.maxFields ?? MAX_FIELDS;
  const files = Object.keys(options.files).length;
  if (!/^multipart\/form-data\s*;/i.test(c.req.header('content-type') ?? ''))
    throw new EstateError('input.invalid', 'reading a form: its content type is not multipart/form-data');
  try {
    return busboy({
      headers: c.env.incoming.headers,
      // One character a byte: what is not UTF-8 can then be told, where a decoder would put U+FFFD.
      defCharset: 'latin1',
      defParamCharset: 'utf8',
      // The truncation and the limit are told when they are reached, not passed.
      limits: { fieldSize: (options.maxFieldBytes ?? MAX_FIELD_BYTES) + 1, parts: fields + files + 1 },
    });
  } catch (cause) {
    throw new EstateError('input.invalid', 'reading a form: its content type has no boundary', { cause });
  }
}

/** Lets a body through, and compares its hash with that of the request's token; @returns what is wrong with it */
export async function passThroughHash(c: CompartmentContext, into: Writable | Busboy): Promise<EstateError | undefined> {
  const hash = createHash('sha256');
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(bodyOf(c), measure, into);
  if (hash.digest('hex') === c.var.claims.bodySha256) return undefined;
  return new EstateError('token.wrong_request', 'verifying a token: it was issued for another body');
}

function bodyOf(c: CompartmentContext): Readable {
  if (c.var.body.length === 0 && Number(c.env.incoming.headers['content-length'] ?? 0) > HELD_BODY_LIMIT) return c.env.incoming;
  const held = new PassThrough();
  held.end(c.var.body);
  return held;
}

export function toInputFault(error: unknown): EstateError {
  if (error instanceof EstateError) return error;
  return new EstateError('input.invalid', 'reading a form: it ended early or is malformed', { cause: error });
}

async function settleAll<Stored>(
  running: ReadonlyMap<string, Promise<FileOutcome<Stored>>>,
  fault: EstateError | undefined,
): Promise<Map<string, FileOutcome<Stored>>> {
  const settled = await Promise.allSettled(running.values());
  if (fault) throw fault;
  const names = [...running.keys()];
  return new Map(
    settled.map((result, at) => {
      if (result.status === 'rejected') throw result.reason;
      return [names[at] ?? '', result.value];
    }),
  );
}

function decodeField(value: string): string {
  // A part that names a charset of its own arrives decoded, and could hold what no byte is.
  if (/[^\0-\xff]/.test(value)) throw new EstateError('input.invalid', 'reading a form: a field is in another character set');
  return decodeText(Buffer.from(value, 'latin1'));
}

function tellOutcome(c: CompartmentContext, kind: 'none' | 'wrong type' | 'too large', field: FileField<unknown>): string {
  const words = faultWords(c.var.language);
  if (kind === 'none') return words.fileMissing;
  if (kind === 'too large') return words.fileSize(Math.floor(field.maxBytes / 1000));
  return words.fileType(field.accept.map(nameType).join(', '));
}

function nameType(type: string): string {
  return (/^(?:image|application|text)\/(?:[a-z.-]*\.)?([a-z]+)$/.exec(type)?.[1] ?? type).toUpperCase();
}
