import type { Module } from '#declaration/module.rules.ts';
import { formatNames, offeredFilters, offeredOrders } from '#list/query.rules.ts';
import { seesEverywhere } from '#sight/sight.rules.ts';
import { PUBLIC } from '#sight/viewer.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import { statesOf } from '#workflow/workflow.rules.ts';

type Json = Readonly<Record<string, unknown>>;
export type Described = { readonly title: string; readonly origin: string; readonly version: string };

const PROBLEM = { $ref: '#/components/responses/Problem' };
const REFUSALS = { '400': PROBLEM, '404': PROBLEM, '429': PROBLEM };
const RATE = { RateLimit: { $ref: '#/components/headers/RateLimit' } };

/** The registry's interface for programs, from the declarations (OpenAPI 3.1). */
export function describeApi(modules: readonly Module[], { title, origin, version }: Described): Json {
  return {
    openapi: '3.1.0',
    info: {
      title,
      version,
      description:
        'Reads the registry: what everybody may see without a token, and what a person may see with a personal API token of theirs. Faults are told as application/problem+json (RFC 9457).',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: origin }],
    security: [{}, { token: [] }],
    tags: modules.map((module) => ({ name: module.name, description: module.title })),
    paths: Object.assign({}, ...modules.map(describePaths)) as Json,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'A personal API token.' } },
      headers: {
        RateLimit: {
          description: 'How many requests are left, and in how many seconds there are more.',
          schema: { type: 'string' },
        },
      },
      responses: {
        Problem: {
          description: 'What is wrong.',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
      schemas: {
        Problem: PROBLEM_SCHEMA,
        ...Object.fromEntries(modules.map((module) => [schemaName(module), describeRecord(module)])),
      },
    },
  };
}

const PROBLEM_SCHEMA = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    requestId: { type: 'string' },
  },
};

function describePaths(module: Module): Json {
  const { name, title } = module;
  const record = { $ref: `#/components/schemas/${schemaName(module)}` };
  const page = {
    type: 'object',
    required: ['records', 'count', 'next', 'previous'],
    properties: {
      records: { type: 'array', items: record },
      count: { type: ['integer', 'null'], description: 'Null where more than 10,000 records fit.' },
      next: { type: ['string', 'null'], format: 'uri' },
      previous: { type: ['string', 'null'], format: 'uri' },
    },
  };
  const answer = (description: string, schema: Json) => ({
    '200': { description, headers: RATE, content: { 'application/json': { schema } } },
    ...REFUSALS,
  });
  return {
    [`/api/${name}`]: {
      get: {
        tags: [name],
        operationId: operationId('list', name),
        summary: `${title}: records`,
        parameters: [...pageParameters(module), ...filterParameters(module)],
        responses: answer('A page of records, with links to those beside it.', page),
      },
    },
    [`/api/${name}/{reference}`]: {
      get: {
        tags: [name],
        operationId: operationId('read', name),
        summary: `${title}: one record`,
        parameters: [{ name: 'reference', in: 'path', required: true, schema: { type: 'string' } }],
        responses: answer('The record as it stands.', record),
      },
    },
    ...Object.fromEntries(formatNames(module).map((format) => [`/${name}/export.${format}`, describeExport(module, format)])),
  };
}

const TYPES = { csv: 'text/csv', jsonl: 'application/jsonl', geojson: 'application/geo+json' } as const;

function describeExport(module: Module, format: keyof typeof TYPES): Json {
  const after = { name: 'after_reference', in: 'query', description: 'Goes on after this record.', schema: { type: 'string' } };
  return {
    get: {
      tags: [module.name],
      operationId: operationId(format, module.name),
      summary: `${module.title}: all that a query finds`,
      parameters: [textParameter(), after, ...filterParameters(module)],
      responses: {
        '200': {
          description: 'Every record, one after another.',
          headers: { ETag: { schema: { type: 'string' } }, 'Last-Modified': { schema: { type: 'string' } } },
          content: { [TYPES[format]]: { schema: { type: 'string' } } },
        },
        '304': { description: 'Nothing has changed.' },
        ...REFUSALS,
      },
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
  const place = (name: string) => ({
    name,
    in: 'query',
    description: 'From a link of another page.',
    schema: { type: 'string' },
  });
  const orders = offeredOrders(module, PUBLIC).map(({ name }) => name);
  return [
    textParameter(),
    { name: 'sort', in: 'query', schema: { type: 'string', enum: orders } },
    place('after'),
    place('before'),
  ];
}

function filterParameters(module: Module): readonly Json[] {
  const repeated = { in: 'query', style: 'form', explode: true };
  const filters = offeredFilters(module, PUBLIC).map(({ name, field, filter }) => ({
    ...repeated,
    name,
    description: [module.fields[field]?.title, filter.control.example]
      .filter((part) => part !== undefined)
      .join('; for example '),
    schema: { type: 'array', items: { type: 'string' } },
  }));
  return [
    ...filters,
    { ...repeated, name: 'state', schema: { type: 'array', items: { type: 'string', enum: statesOf(module) } } },
  ];
}

function describeRecord(module: Module): Json {
  const fields = Object.entries(module.fields).filter(([, { kind }]) => kind !== 'file');
  return {
    type: 'object',
    description: module.about,
    required: ['module', 'reference', 'url', 'state', 'revision', 'createdAt', 'changedAt', 'source', 'isSample', 'fields'],
    properties: {
      module: { const: module.name },
      reference: { type: 'string' },
      url: { type: 'string', format: 'uri' },
      state: { type: 'string', enum: statesOf(module) },
      revision: { type: 'integer', minimum: 1 },
      createdAt: { type: 'string', format: 'date-time' },
      changedAt: { type: 'string', format: 'date-time' },
      source: { type: ['string', 'null'] },
      isSample: { type: 'boolean' },
      fields: {
        type: 'object',
        description: 'Those that the caller may see.',
        properties: Object.fromEntries(
          fields.map(([name, field]) => [
            name,
            {
              title: field.title,
              ...(field.help === undefined ? {} : { description: field.help }),
              anyOf: [meaningsOf(module)[name]?.schema ?? {}, { type: 'null' }],
              ...(seesEverywhere(field, PUBLIC) ? {} : { 'x-seen-by': field.seenBy }),
            },
          ]),
        ),
      },
    },
  };
}

function schemaName({ name }: Pick<Module, 'name'>): string {
  return operationId('', name);
}

function operationId(verb: string, name: string): string {
  const words = name.split('-').map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`);
  return `${verb}${words.join('')}`;
}
