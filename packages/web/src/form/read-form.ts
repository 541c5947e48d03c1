import { EstateError } from '@bulkhead/kernel';
import type { z } from 'zod';
import type { CompartmentContext } from '#server/compartment-env.ts';
import { checkFields, collectFields, type FieldRules, type FormResult } from './form-fields.ts';
import { decodeText, parseUrlencoded } from './urlencoded.ts';

export type FormLimits = FieldRules & {
  /** 256 kiB unless told. */
  readonly maxBytes?: number;
  /** 100 unless told. */
  readonly maxFields?: number;
};

const MAX_BYTES = 262_144;
const MAX_FIELDS = 100;

/**
 * Reads a form of a request (application/x-www-form-urlencoded). What a person can mend comes back as faults by field,
 * with what was typed; what no form of ours sends is an error.
 * @throws EstateError `input.invalid`, `input.too_large`
 */
export function readForm<Schema extends z.ZodObject>(
  c: CompartmentContext,
  schema: Schema,
  limits: FormLimits = {},
): FormResult<z.infer<Schema>> {
  const type = c.req.header('content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded(?:\s*;\s*charset="?utf-8"?)?$/i.test(type))
    throw new EstateError('input.invalid', 'reading a form: its content type is not application/x-www-form-urlencoded');
  const maxBytes = limits.maxBytes ?? MAX_BYTES;
  const { body } = c.var;
  if (body.length > maxBytes) throw new EstateError('input.too_large', `reading a form: over ${maxBytes} bytes`);
  const pairs = parseUrlencoded(body, limits.maxFields ?? MAX_FIELDS);
  return checkFields(collectFields(pairs, Object.keys(schema.shape), limits), schema, limits, c.var.language);
}

/**
 * Reads the JSON of a verified body.
 * @throws EstateError `input.invalid`
 */
export function readJson<Schema extends z.ZodType>(c: CompartmentContext, schema: Schema): z.infer<Schema> {
  const parsed = schema.safeParse(parseJson(decodeText(c.var.body)));
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.join('.') || 'body').join(', ');
  throw new EstateError('input.invalid', `reading a JSON body: ${where} has another form`, { cause: parsed.error });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EstateError('input.invalid', 'reading a JSON body: it is not JSON', { cause });
  }
}
