import { formatNumber } from '@bulkhead/web';
import { z } from 'zod';
import type { FieldOf } from '#declaration/field.rules.ts';
import { accept, refuse } from './fault.rules.ts';
import { filledFilter } from './filter.rules.ts';
import type { FileValue, Meaning, Row } from './value.rules.ts';

const LONGEST_NAME = 200;

/** A file kept as a blob. A form of a file gives it; in text and JSON it can be read back as `json` wrote it, and nothing else. */
export function fileMeaning({ types, mostBytes }: FieldOf<'file'>): Meaning<FileValue> {
  const schema = z.strictObject({
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    name: z
      .string()
      .min(1)
      .max(LONGEST_NAME)
      .regex(/^[^\p{Cc}/\\]+$/u),
    type: z.enum(types),
    bytes: z.number().int().min(1).max(mostBytes),
  });
  const readJson: Meaning<FileValue>['readJson'] = (json) => {
    if (json === null || json === '') return accept(null);
    const parsed = schema.safeParse(json);
    return parsed.success ? accept(parsed.data) : refuse('fileForm');
  };
  return {
    columns: [
      {
        suffix: 'sha256',
        type: 'text',
        check: (name) =>
          `${name('sha256')} is null or (${name('sha256')} ~ '^[0-9a-f]{64}$' and ${name('name')} is not null and ${name('bytes')} is not null)`,
      },
      { suffix: 'name', type: 'text', check: (name) => `char_length(${name('name')}) between 1 and ${LONGEST_NAME}` },
      { suffix: 'type', type: 'text' },
      { suffix: 'bytes', type: 'bigint', check: (name) => `${name('bytes')} between 1 and ${mostBytes}` },
    ],
    indexes: [],
    control: { shape: 'file', most: 2000, isMany: false, isCode: false, accept: types, mostBytes },
    read: (typed, given) => {
      const text = typeof typed === 'string' ? typed : typed.join('');
      return text.trim() === '' ? accept(null) : readJson(parseJson(text.slice(0, 2000)), given);
    },
    readJson,
    pack: (value) => ({
      sha256: value?.sha256 ?? null,
      name: value?.name ?? null,
      type: value?.type ?? null,
      bytes: value?.bytes ?? null,
    }),
    unpack,
    write: (value) => JSON.stringify(value),
    fill: (value) => [JSON.stringify(value)],
    show: ({ name, bytes }, language) => `${name} (${formatNumber(Math.ceil(bytes / 1024), language)}\u00a0KiB)`,
    json: (value) => value,
    schema: {
      type: 'object',
      properties: { sha256: { type: 'string' }, name: { type: 'string' }, type: { type: 'string' }, bytes: { type: 'integer' } },
      required: ['sha256', 'name', 'type', 'bytes'],
    },
    point: () => null,
    filters: [filledFilter('sha256')],
    facet: null,
    sort: null,
    search: null,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unpack(row: Row): FileValue | null {
  const { sha256, name, type } = row;
  const bytes = Number(row['bytes']);
  if (typeof sha256 !== 'string' || typeof name !== 'string' || typeof type !== 'string') return null;
  return { sha256, name, type, bytes };
}
