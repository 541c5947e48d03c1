import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { EstateError } from './error.ts';

const JSON_LIMIT = 1_000_000;

/**
 * Reads a typed, frozen configuration from an environment. Every fault is reported at once,
 * with the variable's name, what is wrong and (from `.meta({ example })`) an example.
 * @throws EstateError `config.invalid`
 */
export function readConfig<Shape extends z.ZodObject>(
  schema: Shape,
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<z.infer<Shape>> {
  const known = Object.fromEntries(
    Object.keys(schema.shape).flatMap((name) => {
      const value = environment[name];
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
  const parsed = schema.safeParse(known);
  if (parsed.success) return Object.freeze(parsed.data);
  throw new EstateError('config.invalid', `reading the configuration:\n${listFaults(schema, parsed.error)}`);
}

/**
 * Reads a file that a configuration names, of the form that a schema asks for.
 * @throws EstateError `config.invalid` with the path, and what is wrong as its cause
 */
export async function readJsonFile<Form extends z.ZodType>(path: string, schema: Form): Promise<z.infer<Form>> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new EstateError('config.invalid', `reading ${path}`, { cause });
  }
}

function listFaults(schema: z.ZodObject, error: z.ZodError): string {
  return error.issues
    .map((issue) => {
      const name = String(issue.path[0] ?? '(all)');
      const field: unknown = schema.shape[name];
      const meta = field instanceof z.ZodType ? field.meta() : undefined;
      const example: unknown = meta?.['example'];
      const within = issue.path.slice(1).map(String).join('.');
      return `  ${name}${within === '' ? '' : `, ${within}`}: ${issue.message}${typeof example !== 'string' ? '' : `, for example ${name}=${example}`}`;
    })
    .join('\n');
}

/** A whole number given as text, within bounds. */
export function wholeNumber(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,12}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);
}

/** A value given as JSON text of a limited length, of the form that a schema asks for. */
export function jsonText<Schema extends z.ZodType>(schema: Schema) {
  return z
    .string()
    .max(JSON_LIMIT)
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);
}
