import type { Module } from '#declaration/module.rules.ts';
import { type FormatName, formatNames, offeredFilters, offeredOrders } from '#list/query.rules.ts';
import { PUBLIC } from '#sight/viewer.rules.ts';
import { statesOf, workflowOf } from '#workflow/workflow.rules.ts';
import { importPathsOf } from './openapi-import.rules.ts';
import { operationId, schemaName, writtenName } from './openapi-schema.rules.ts';

export type Json = Readonly<Record<string, unknown>>;

const text = { type: 'string' };
const problem = { $ref: '#/components/responses/Problem' };
export const REFUSALS = { '400': problem, '404': problem, '429': problem };
const WRITE_REFUSALS = { ...REFUSALS, '401': problem, '403': problem, '422': problem, '503': problem };

export const HEADERS = {
  RateLimit: { description: 'How many requests are left, and in how many seconds there are more.', schema: text },
  'RateLimit-Policy': { description: 'How many requests there are in which time.', schema: text },
  ETag: { description: 'The version of what is answered.', schema: text },
  'Last-Modified': { description: 'When anything in it last changed.', schema: text },
  Link: { description: 'Pages beside this one (RFC 8288).', schema: text },
  Location: { description: 'Where the record stands.', schema: text },
  'Idempotency-Replayed': {
    description: 'Present where the answer is that of an earlier request of the same key.',
    schema: text,
  },
};
type Header = keyof typeof HEADERS;

function headers(...names: readonly Header[]): Json {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** Every address of a module. */
export function pathsOf(module: Module): Json {
  const { name } = module;
  return {
    [`/api/${name}`]: { get: describeList(module), post: describeFiling(module) },
    [`/api/${name}/{reference}`]: { parameters: [REFERENCE], get: describeReading(module), patch: describeChanging(module) },
    [`/api/${name}/{reference}/acts/{act}`]: { parameters: [REFERENCE], post: describeActing(module) },
    [`/${name}/changes.json`]: { get: describeChanges(module) },
    [`/${name}/changes.atom`]: { get: describeAtom(module) },
    ...importPathsOf(module, { refusals: WRITE_REFUSALS, idempotency: IDEMPOTENCY }),
    ...Object.fromEntries(
      formatNames(module).map((format) => [`/${name}/export.${format}`, { get: describeExport(module, format) }]),
    ),
  };
}

const REFERENCE = { name: 'reference', in: 'path', required: true, schema: text };
const KNOWN = [
  { name: 'If-None-Match', in: 'header', description: 'An ETag: it is not sent again to whoever has it.', schema: text },
];
const NOT_MODIFIED = { '304': { description: 'Nothing has changed.' } };

function recordOf(module: Module): Json {
  return { $ref: `#/components/schemas/${schemaName(module)}` };
}

function answer(description: string, schema: Json, told: Json): Json {
  return { description, headers: told, content: { 'application/json': { schema } } };
}

function describeList(module: Module): Json {
  const link = { type: ['string', 'null'], format: 'uri' };
  const page = {
    type: 'object',
    required: ['records', 'count', 'first', 'next', 'previous'],
    properties: {
      records: { type: 'array', items: recordOf(module) },
      count: { type: ['integer', 'null'], description: 'Null where more than 10,000 records fit.' },
      first: { type: 'string', format: 'uri' },
      next: link,
      previous: link,
    },
  };
  const told = headers('RateLimit', 'RateLimit-Policy', 'Link', 'ETag', 'Last-Modified');
  return {
    tags: [module.name],
    operationId: operationId('list', module.name),
    summary: `${module.title}: records`,
    parameters: [...pageParameters(module), ...filterParameters(module), ...KNOWN],
    responses: { '200': answer('A page of records, with links to those beside it.', page, told), ...NOT_MODIFIED, ...REFUSALS },
  };
}

function describeReading(module: Module): Json {
  return {
    tags: [module.name],
    operationId: operationId('read', module.name),
    summary: `${module.title}: one record`,
    parameters: KNOWN,
    responses: {
      '200': answer('The record as it stands.', recordOf(module), headers('RateLimit', 'RateLimit-Policy', 'ETag')),
      ...NOT_MODIFIED,
      ...REFUSALS,
    },
  };
}

const IDEMPOTENCY = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Of the sender’s choice: the same request under the same key is done once.',
  schema: { type: 'string', minLength: 1, maxLength: 200 },
};
const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  required: true,
  description: 'The ETag of the record upon which the change is made.',
  schema: text,
};

type Writing = {
  readonly verb: string;
  readonly summary: string;
  readonly parameters: readonly Json[];
  readonly responses: Json;
};

function describeWriting(module: Module, { verb, summary, parameters, responses }: Writing): Json {
  return {
    tags: [module.name],
    operationId: operationId(verb, module.name),
    summary,
    security: [{ token: [] }],
    parameters: [...parameters, IDEMPOTENCY],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: { $ref: `#/components/schemas/${writtenName(module)}` } } },
    },
    responses: { ...responses, ...WRITE_REFUSALS },
  };
}

function written(module: Module, description: string): Json {
  return answer(
    description,
    recordOf(module),
    headers('RateLimit', 'RateLimit-Policy', 'ETag', 'Location', 'Idempotency-Replayed'),
  );
}

function describeFiling(module: Module): Json {
  const summary = `${module.title}: file a record`;
  return describeWriting(module, { verb: 'file', summary, parameters: [], responses: { '201': written(module, 'Filed.') } });
}

const OVERTAKEN = {
  '412': problem,
  '428': problem,
};

function describeChanging(module: Module): Json {
  return describeWriting(module, {
    verb: 'change',
    summary: `${module.title}: change fields of a record; what is left out stays`,
    parameters: [IF_MATCH],
    responses: { '200': written(module, 'Changed.'), ...OVERTAKEN },
  });
}

function describeActing(module: Module): Json {
  const acts = Object.keys(workflowOf(module).acts);
  return describeWriting(module, {
    verb: 'act',
    summary: `${module.title}: move a record on`,
    parameters: [{ name: 'act', in: 'path', required: true, schema: { ...text, enum: acts } }, IF_MATCH],
    responses: { '200': written(module, 'Done.'), ...OVERTAKEN },
  });
}

function describeChanges(module: Module): Json {
  const change = {
    allOf: [{ $ref: '#/components/schemas/Change' }, { type: 'object', properties: { record: recordOf(module) } }],
  };
  const page = {
    type: 'object',
    required: ['changes', 'next', 'hasMore'],
    properties: {
      changes: { type: 'array', items: change },
      next: { type: 'string', format: 'uri', description: 'Where to go on, now or later.' },
      hasMore: { type: 'boolean' },
    },
  };
  const since = {
    name: 'since',
    in: 'query',
    description: 'A place that `next` gave, a day, or a time with its zone; from the beginning without.',
    schema: text,
  };
  return {
    tags: [module.name],
    operationId: operationId('changes', module.name),
    summary: `${module.title}: what changed after a place or moment`,
    parameters: [since, textParameter(), ...filterParameters(module)],
    responses: {
      '200': answer('Each changed record once, as it stands now.', page, headers('RateLimit', 'RateLimit-Policy', 'Link')),
      '410': problem,
      ...REFUSALS,
    },
  };
}

function describeAtom(module: Module): Json {
  return {
    tags: [module.name],
    operationId: operationId('atom', module.name),
    summary: `${module.title}: the last changes for feed readers (Atom)`,
    parameters: [textParameter(), ...filterParameters(module), ...KNOWN],
    responses: {
      '200': {
        description: 'The fifty records that changed last.',
        headers: headers('ETag', 'Last-Modified'),
        content: { 'application/atom+xml': { schema: text } },
      },
      ...NOT_MODIFIED,
      ...REFUSALS,
    },
  };
}

const TYPES: Readonly<Record<FormatName, string>> = {
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  jsonl: 'application/jsonl',
  geojson: 'application/geo+json',
};

function describeExport(module: Module, format: FormatName): Json {
  const after = { name: 'after_reference', in: 'query', description: 'Goes on after this record.', schema: text };
  const content = format === 'xlsx' ? { contentMediaType: TYPES.xlsx } : text;
  return {
    tags: [module.name],
    operationId: operationId(format, module.name),
    summary: `${module.title}: all that a query finds`,
    parameters: [textParameter(), after, ...filterParameters(module), ...KNOWN],
    responses: {
      '200': {
        description: 'Every record, one after another.',
        headers: headers('ETag', 'Last-Modified'),
        content: { [TYPES[format]]: { schema: content } },
      },
      ...NOT_MODIFIED,
      ...REFUSALS,
    },
  };
}

function textParameter(): Json {
  return {
    name: 'q',
    in: 'query',
    description: 'Names in any writing, former names, numbers.',
    schema: { type: 'string', maxLength: 200 },
  };
}

function pageParameters(module: Module): readonly Json[] {
  const place = (name: string) => ({ name, in: 'query', description: 'From a link of another page.', schema: text });
  const orders = offeredOrders(module, PUBLIC).map(({ name }) => name);
  return [textParameter(), { name: 'sort', in: 'query', schema: { ...text, enum: orders } }, place('after'), place('before')];
}

/** The filters of a module, which several of its addresses take, by their names in `components`. */
export function describeFilters(module: Module): Readonly<Record<string, Json>> {
  const repeated = { in: 'query', style: 'form', explode: true };
  const filters = offeredFilters(module, PUBLIC).map(({ name, field, filter }) => ({
    ...repeated,
    name,
    description: [module.fields[field]?.title, filter.control.example]
      .filter((part) => part !== undefined)
      .join('; for example '),
    schema: { type: 'array', items: text },
  }));
  const state = { ...repeated, name: 'state', schema: { type: 'array', items: { ...text, enum: statesOf(module) } } };
  return Object.fromEntries([...filters, state].map((filter) => [`${module.name}.${filter.name}`, filter]));
}

function filterParameters(module: Module): readonly Json[] {
  return Object.keys(describeFilters(module)).map((name) => ({ $ref: `#/components/parameters/${name}` }));
}
