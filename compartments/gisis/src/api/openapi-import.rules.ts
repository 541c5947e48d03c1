import type { Module } from '#declaration/module.rules.ts';
import { operationId } from './openapi-schema.rules.ts';

type Json = Readonly<Record<string, unknown>>;

const text = { type: 'string' };
const whole = { type: 'integer', minimum: 0 };
const reports = (description: string, told: readonly string[]): Json => ({
  description,
  headers: Object.fromEntries(told.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
  content: { 'application/json': { schema: { $ref: '#/components/schemas/ImportReport' } } },
});
const RATE = ['RateLimit', 'RateLimit-Policy'];
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** What a program says of a file of records beside its bytes. */
export const IMPORT_PARAMETERS = {
  'import.source': {
    name: 'source',
    in: 'query',
    required: true,
    description: 'Where the records come from; it stands in their history.',
    schema: { ...text, minLength: 1, maxLength: 500 },
  },
  'import.since': {
    name: 'since',
    in: 'query',
    description: 'For values that keep their dates: the day from which new ones hold, in rows that do not say.',
    schema: { ...text, format: 'date' },
  },
  'import.name': { name: 'name', in: 'query', description: 'What the file is called.', schema: { ...text, maxLength: 200 } },
  'import.dry_run': {
    name: 'dry_run',
    in: 'query',
    description: 'Nothing is written: the answer tells what would be.',
    schema: { type: 'boolean', default: false },
  },
  'import.sure': {
    name: 'sure',
    in: 'query',
    description: 'What is asked back is right as it stands, and filed too.',
    schema: { type: 'boolean', default: false },
  },
  'import.partial': {
    name: 'partial',
    in: 'query',
    description:
      'What is refused, or asked back, is left out, and the rest written. Without it nothing is written of such a file.',
    schema: { type: 'boolean', default: false },
  },
} as const;

export const IMPORT_SCHEMA = {
  type: 'object',
  required: ['id', 'module', 'state', 'rows', 'doneRows', 'counts', 'faultCount', 'faults', 'next'],
  properties: {
    id: {
      type: ['string', 'null'],
      description: 'Null where nothing is kept: it was only looked at, or there was nothing to write.',
    },
    module: text,
    state: { ...text, enum: ['looked-at', 'looking', 'carrying', 'done', 'dropped', 'unreadable'] },
    rows: { type: ['integer', 'null'] },
    doneRows: whole,
    counts: {
      type: 'object',
      description: 'same: already there, unchanged; asked: looks odd, or like a record that stands.',
      required: ['added', 'changed', 'same', 'refused', 'asked'],
      properties: { added: whole, changed: whole, same: whole, refused: whole, asked: whole },
    },
    faultCount: whole,
    faults: {
      type: 'array',
      description: 'The first 1,000, in the order of the file.',
      items: {
        type: 'object',
        required: ['pointer', 'row', 'field', 'given', 'detail', 'advice', 'suggestions', 'askedBack'],
        properties: {
          pointer: { ...text, description: 'Row and column: `#/rows/12/flag`.' },
          row: { type: 'integer', description: 'Its row in the file, the heading being row 1.' },
          field: text,
          given: text,
          detail: text,
          advice: text,
          suggestions: { type: 'array', items: text },
          askedBack: { type: 'boolean' },
        },
      },
    },
    next: { type: ['string', 'null'], format: 'uri', description: 'Where it is carried on with POST, while it is not done.' },
  },
};

type Shared = { readonly refusals: Json; readonly idempotency: Json };

/** Files of many records: sent, told how far they are, carried on, given up. */
export function importPathsOf(module: Module, { refusals, idempotency }: Shared): Json {
  if (module.bulk === false) return {};
  const { name, title } = module;
  const shared = (...names: readonly string[]) => names.map((one) => ({ $ref: `#/components/parameters/import.${one}` }));
  const of = (verb: string, summary: string): Json => ({
    tags: [name],
    operationId: operationId(verb, name),
    summary: `${title}: ${summary}`,
    security: [{ token: [] }],
  });
  return {
    [`/api/${name}/import`]: {
      post: {
        ...of('import', 'file and change many records by a file'),
        parameters: [...shared('source', 'since', 'name', 'dry_run', 'sure', 'partial'), idempotency],
        requestBody: {
          required: true,
          description: 'A heading as an export has it, then a record a row.',
          content: { 'text/csv': { schema: text }, [XLSX]: { schema: { contentMediaType: XLSX } } },
        },
        responses: {
          '200': reports('Looked at only, or nothing to write.', RATE),
          '201': reports('Carried out whole.', [...RATE, 'Location', 'Idempotency-Replayed']),
          '202': reports('Under way: go on with POST at its address until it is done.', [...RATE, 'Location']),
          ...refusals,
          '413': { $ref: '#/components/responses/Problem' },
        },
      },
    },
    [`/api/${name}/imports/{id}`]: {
      parameters: [{ name: 'id', in: 'path', required: true, schema: text }],
      get: { ...of('readImport', 'how far an import is'), responses: { '200': reports('How far it is.', RATE), ...refusals } },
      post: {
        ...of('goOnImport', 'carry out the next part of an import'),
        parameters: shared('sure', 'partial'),
        responses: {
          '200': reports('It was over already.', RATE),
          '201': reports('Carried out whole.', [...RATE, 'Location']),
          '202': reports('Under way.', [...RATE, 'Location']),
          ...refusals,
        },
      },
      delete: {
        ...of('dropImport', 'give an import up; what was carried out stands'),
        responses: { '200': reports('Given up.', RATE), ...refusals },
      },
    },
  };
}
