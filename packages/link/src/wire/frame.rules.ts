import { pinSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';

/** The longest first line of a connection, and the longest line of a watch. */
export const LINE_LIMIT = 512;

/** What a connection may carry, as both sites name it: `vault`, or `website-pg`. */
export const serviceSchema = z
  .string()
  .max(80)
  .regex(/^[a-z][a-z0-9-]*$/, 'must be a service name');

const sessionSchema = z.string().regex(/^[0-9a-f]{16}$/);
/** The first line that headquarters says on each connection; off-site says none before it. */
const greetingSchema = z.discriminatedUnion('kind', [
  /** The one connection that shows that both live, and tells of new keys. */
  z.strictObject({ kind: z.literal('watch'), session: sessionSchema }),
  /** Calls a service of off-site. */
  z.strictObject({ kind: z.literal('call'), session: sessionSchema, service: serviceSchema }),
  /** Offers a connection, on which off-site may call a service of headquarters. */
  z.strictObject({ kind: z.literal('offer'), session: sessionSchema }),
  /** Asks what the estate is. */
  z.strictObject({ kind: z.literal('describe'), session: sessionSchema }),
]);
export type Greeting = z.infer<typeof greetingSchema>;

/** What off-site says on an offered connection. */
const openingSchema = z.strictObject({ open: serviceSchema });

export const REFUSALS = ['unknown_service', 'too_many', 'unreachable', 'malformed'] as const;
export type Refusal = (typeof REFUSALS)[number];
const answerSchema = z.union([z.strictObject({ ok: z.literal(true) }), z.strictObject({ refused: z.enum(REFUSALS) })]);

/** A line of a watch. */
const watchLineSchema = z.union([
  z.strictObject({ beat: z.number().int().nonnegative() }),
  z.strictObject({ announce: pinSchema }),
  z.strictObject({ taken: pinSchema }),
]);
export type WatchLine = z.infer<typeof watchLineSchema>;

/** A value as a line. */
export function lineOf(value: Greeting | WatchLine | z.infer<typeof openingSchema> | z.infer<typeof answerSchema>): string {
  return `${JSON.stringify(value)}\n`;
}

export const parseGreeting = (line: string): Greeting => parseLine(line, greetingSchema, 'a greeting');
export const parseOpening = (line: string): string => parseLine(line, openingSchema, 'an opening').open;
export const parseWatchLine = (line: string): WatchLine => parseLine(line, watchLineSchema, 'a line of the watch');

/** @throws EstateError `link.refused`, naming why the other site does not carry this */
export function readAnswer(line: string): void {
  const answer = parseLine(line, answerSchema, 'an answer');
  if ('refused' in answer) throw new EstateError('link.refused', `opening a connection to the other site: ${answer.refused}`);
}

function parseLine<Schema extends z.ZodType>(line: string, schema: Schema, what: string): z.infer<Schema> {
  const parsed = schema.safeParse(parseJson(line));
  if (parsed.success) return parsed.data;
  throw new EstateError('link.refused', `reading ${what} of the other site: it has another form`, { cause: parsed.error });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Cuts the first line off; undefined while it has not ended. @throws EstateError `link.refused` when it is too long */
export function cutLine(bytes: Buffer, limit: number): { readonly line: string; readonly rest: Buffer } | undefined {
  const at = bytes.indexOf(0x0a);
  if (at > limit || (at < 0 && bytes.length > limit))
    throw new EstateError('link.refused', `reading a line of the other site: longer than ${limit} bytes`);
  return at < 0 ? undefined : { line: bytes.toString('utf8', 0, at), rest: bytes.subarray(at + 1) };
}
