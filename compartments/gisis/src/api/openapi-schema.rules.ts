import type { Module } from '#declaration/module.rules.ts';
import { seesEverywhere } from '#sight/sight.rules.ts';
import { PUBLIC } from '#sight/viewer.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import { statesOf } from '#workflow/workflow.rules.ts';

type Json = Readonly<Record<string, unknown>>;

export const PROBLEM_SCHEMA = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', description: 'One of the codes of docs/errors.md.' },
    requestId: { type: 'string' },
    errors: {
      type: 'array',
      description: 'What is wrong, place by place.',
      items: {
        type: 'object',
        required: ['pointer', 'field', 'detail', 'suggestions'],
        properties: {
          pointer: { type: 'string', description: 'Where in the body (RFC 6901).' },
          field: { type: 'string' },
          detail: { type: 'string' },
          suggestions: { type: 'array', description: 'What it may have meant.', items: { type: 'string' } },
        },
      },
    },
    present: { type: 'object', description: 'With 412: the record as it stands.' },
    conflicts: {
      type: 'array',
      description: 'With 412: fields that others changed meanwhile.',
      items: {
        type: 'object',
        required: ['field', 'sent', 'present', 'changedAt'],
        properties: { field: { type: 'string' }, sent: {}, present: {}, changedAt: { type: 'string', format: 'date-time' } },
      },
    },
    alike: {
      type: ['object', 'null'],
      description: 'With code record.asked_back: a record that looks like the same.',
      properties: { reference: { type: 'string' }, url: { type: 'string', format: 'uri' } },
    },
  },
};

export const CHANGE_SCHEMA = {
  type: 'object',
  required: ['kind', 'reference', 'url'],
  properties: {
    kind: {
      type: 'string',
      enum: ['changed', 'left', 'gone'],
      description: 'left: it does not fit the query; gone: it was published once and is not seen any more.',
    },
    reference: { type: 'string' },
    url: { type: 'string', format: 'uri' },
    revision: { type: 'integer', minimum: 1 },
    changedAt: { type: 'string', format: 'date-time' },
    act: { type: 'string', description: 'What was done last: create, change, or an act of the workflow.' },
  },
};

export const MESSAGE_SCHEMA = {
  type: 'object',
  required: ['type', 'timestamp', 'data'],
  properties: {
    type: {
      type: 'string',
      enum: ['record.changed', 'record.gone', 'record.left', 'registry.restored', 'test'],
      description: 'registry.restored: what was told may have been undone; read everything anew from data.readAnew.',
    },
    timestamp: { type: 'string', format: 'date-time' },
    data: {
      type: 'object',
      required: ['module'],
      properties: {
        module: { type: 'string' },
        reference: { type: 'string' },
        url: { type: 'string', format: 'uri' },
        revision: { type: 'integer' },
        record: { type: 'object', description: 'As it stands when it is sent, with what everybody may see.' },
        readAnew: { type: 'string', format: 'uri' },
      },
    },
  },
};

function fieldsOf(module: Module, isWritten: boolean): Json {
  const fields = Object.entries(module.fields).filter(
    ([, { kind, decidedBy }]) => !(isWritten && (kind === 'file' || decidedBy !== undefined)),
  );
  return Object.fromEntries(
    fields.map(([name, field]) => [
      name,
      {
        title: field.title,
        ...(field.help === undefined ? {} : { description: field.help }),
        anyOf: [meaningsOf(module)[name]?.schema ?? {}, ...(isWritten ? [{ type: 'string' }] : []), { type: 'null' }],
        ...(seesEverywhere(field, PUBLIC) ? {} : { 'x-seen-by': field.seenBy }),
      },
    ]),
  );
}

export function describeRecord(module: Module): Json {
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
      fields: { type: 'object', description: 'Those that the caller may see.', properties: fieldsOf(module, false) },
    },
  };
}

/** What a program sends: any text that a form would take is taken here too. */
export function describeWritten(module: Module): Json {
  const dated = Object.entries(module.fields).filter(([, { effective }]) => effective === true);
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      fields: { type: 'object', additionalProperties: false, properties: fieldsOf(module, true) },
      ...(dated.length === 0
        ? {}
        : {
            since: {
              type: 'object',
              description: 'Of fields that hold from a day on: since when a changed value does.',
              additionalProperties: false,
              properties: Object.fromEntries(dated.map(([name]) => [name, { type: 'string', format: 'date' }])),
            },
          }),
      source: { type: ['string', 'null'], maxLength: 500, description: 'Why, or from where. A change needs it.' },
      sure: { type: 'boolean', description: 'What was asked back is right as it stands.' },
    },
  };
}

export function schemaName({ name }: Pick<Module, 'name'>): string {
  return operationId('', name);
}

export function writtenName({ name }: Pick<Module, 'name'>): string {
  return `${operationId('', name)}Written`;
}

export function operationId(verb: string, name: string): string {
  const words = name.split('-').map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`);
  return `${verb}${words.join('')}`;
}
