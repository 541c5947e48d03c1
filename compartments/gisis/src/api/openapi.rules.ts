import type { Module } from '#declaration/module.rules.ts';
import { IMPORT_PARAMETERS, IMPORT_SCHEMA } from './openapi-import.rules.ts';
import { describeFilters, HEADERS, type Json, pathsOf, REFUSALS } from './openapi-paths.rules.ts';
import {
  CHANGE_SCHEMA,
  describeRecord,
  describeWritten,
  MESSAGE_SCHEMA,
  PROBLEM_SCHEMA,
  schemaName,
  writtenName,
} from './openapi-schema.rules.ts';

export type Described = { readonly title: string; readonly origin: string; readonly version: string };

const ABOUT = `Reads and writes the registry: without a token what everybody may see, with a personal API token what its holder may see and do.

**Faults** are told as application/problem+json (RFC 9457); \`errors\` names each field.

**Changing** a record needs \`If-Match\` with the ETag that came with it; who was overtaken is answered 412 with the record as it stands.

**Repeating** a write is safe with an \`Idempotency-Key\`: for 24 hours the same request is answered with what the first was answered.

**Importing** many records: \`POST /api/<module>/import\` with a CSV file or workbook as its body. Nothing is written of a file of which a row is refused, unless \`partial\` says so; \`dry_run\` writes nothing. What takes longer than one request is answered 202 and carried on at its address.

**Following** changes: \`changes.json\` gives what changed after a place or moment, and where to go on; no change is left out, one may come twice. \`410\` says that the registry was put back: read everything anew.

**Webhooks** are registered on the registry's pages and signed as Standard Webhooks 1.0 have it.`;

/** The registry's interface for programs, from the declarations (OpenAPI 3.1). */
export function describeApi(modules: readonly Module[], { title, origin, version }: Described): Json {
  return {
    openapi: '3.1.0',
    info: { title, version, description: ABOUT, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: origin }],
    security: [{}, { token: [] }],
    tags: modules.map((module) => ({ name: module.name, description: module.title })),
    paths: { ...DESCRIPTION_PATH, ...(Object.assign({}, ...modules.map(pathsOf)) as Json) },
    webhooks: { changes: { post: WEBHOOK } },
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'A personal API token.' } },
      headers: HEADERS,
      parameters: { ...IMPORT_PARAMETERS, ...(Object.assign({}, ...modules.map(describeFilters)) as Json) },
      responses: {
        Problem: {
          description: 'What is wrong.',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
      schemas: {
        Problem: PROBLEM_SCHEMA,
        Change: CHANGE_SCHEMA,
        Message: MESSAGE_SCHEMA,
        ImportReport: IMPORT_SCHEMA,
        ...Object.fromEntries(modules.map((module) => [schemaName(module), describeRecord(module)])),
        ...Object.fromEntries(modules.map((module) => [writtenName(module), describeWritten(module)])),
      },
    },
  };
}

const DESCRIPTION_PATH = {
  '/api/openapi.json': {
    get: {
      operationId: 'describe',
      summary: 'This description',
      responses: {
        '200': { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: { type: 'object' } } } },
        ...REFUSALS,
      },
    },
  },
};

const WEBHOOK = {
  operationId: 'tellChange',
  summary: 'Tells a registered address that a public record changed',
  security: [],
  parameters: [
    ['webhook-id', 'The same for every attempt.'],
    ['webhook-timestamp', 'Seconds since 1970, of this attempt.'],
    ['webhook-signature', 'v1, and the HMAC-SHA256 of id, time and body, joined by dots, in base64.'],
  ].map(([name, description]) => ({ name, in: 'header', required: true, description, schema: { type: 'string' } })),
  requestBody: { required: true, content: { 'application/json': { schema: { $ref: '#/components/schemas/Message' } } } },
  responses: {
    '200': { description: 'Taken; any other answer is tried again with growing pauses.' },
    '410': { description: 'The address is gone for good: it is told no more.' },
  },
};
