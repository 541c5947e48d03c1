import { type CompartmentContext, readForm } from '@bulkhead/web';
import { z } from 'zod';
import type { Module } from '#declaration/module.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import { inAllLanguages } from '#words/words.ts';
import type { Sent } from './outcome.rules.ts';
import { type FieldFault, faultAt, type TypedFields } from './typed.rules.ts';

/** A form sent: the fields, why, whether the person is sure, and which revision they saw. */
export type SentForm = Sent & { readonly revision: number; readonly noSource: FieldFault };

const MOST_FIELDS = 500;
const FORM_BYTES = 262_144;
const LONGEST_SOURCE = 500;

/**
 * Reads the form of a record.
 * @throws EstateError `input.invalid`, `input.too_large`
 */
export function readSent(c: CompartmentContext, module: Module, fields: readonly string[]): SentForm {
  const lists = fields.filter((name) => meaningsOf(module)[name]?.control.isMany === true);
  const dated = fields.filter((name) => module.fields[name]?.effective === true).map((name) => `since.${name}`);
  const one = z.string().optional();
  const shape: Record<string, z.ZodType> = { revision: one, source: one, sure: one };
  for (const name of [...fields, ...dated]) shape[name] = lists.includes(name) ? z.array(z.string()) : one;
  const known = Object.keys(shape);
  const form = readForm(c, z.object(shape), { lists, multiline: known, maxFields: MOST_FIELDS, maxBytes: FORM_BYTES });
  const typed: TypedFields = form.values;
  const text = (name: string) => (typeof typed[name] === 'string' ? typed[name] : '');
  const source = text('source').replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST_SOURCE);
  const revision = text('revision');
  return {
    typed,
    source: source === '' ? null : source,
    isSure: text('sure') === 'yes',
    revision: /^[1-9]\d{0,8}$/.test(revision) ? Number(revision) : 0,
    noSource: faultAt('source', inAllLanguages('sourceNeeded')),
  };
}
