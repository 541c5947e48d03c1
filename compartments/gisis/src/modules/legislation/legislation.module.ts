import { defineModule } from '#declaration/define-module.rules.ts';
import { choice, day, file, lines, link, state, text } from '#declaration/field.rules.ts';
import { notified } from '#modules/life.rules.ts';
import { legislationWords } from './legislation.words.ts';

/** National maritime legislation, with its text. */
export const legislation = defineModule(
  {
    name: 'legislation',
    title: 'National maritime legislation',
    about: 'Laws and regulations with which States give effect to the conventions of the Organization, as they sent them.',
    law: [
      { instrument: 'SOLAS', clause: 'article III' },
      { instrument: 'MARPOL', clause: 'article 11(1)(a)' },
    ],
    record: { one: 'Law', many: 'Laws' },
    table: 'legislation',
    reference: { prefix: 'LEG' },
    label: ['title', 'country'],
    fields: {
      country: state('State', { required: true }),
      title: text('Title', { most: 500, required: true }),
      title_original: text('Title in its own language', { most: 500 }),
      kind: choice('Kind', {
        act: 'Act or law',
        decree: 'Decree',
        regulation: 'Regulation',
        order: 'Order or notice',
        other: 'Other',
      }),
      instruments: text('Instruments that it gives effect to', { most: 500 }),
      adopted_on: day('Adopted on', { notAfter: 'today' }),
      in_force_on: day('In force on'),
      ended_on: day('Repealed on'),
      languages: text('Languages', { most: 200 }),
      summary: lines('Summary', { most: 4000 }),
      document: file('Text', { mostBytes: 31_457_280 }),
      website: link('Text on the web'),
    },
    groups: [
      { title: 'The law', fields: ['country', 'title', 'title_original', 'kind', 'instruments', 'summary'] },
      { title: 'When it holds', fields: ['adopted_on', 'in_force_on', 'ended_on'] },
      { title: 'Text', fields: ['languages', 'document', 'website'] },
    ],
    owner: { stateIn: 'country' },
    writers: ['officer', 'secretariat'],
    workflow: notified(['officer', 'secretariat']),
    list: {
      columns: ['title', 'country', 'kind', 'in_force_on'],
      facets: ['country', 'kind'],
      sorts: ['title', 'country', '-in_force_on', '-adopted_on'],
      search: ['title', 'title_original', 'instruments', 'summary'],
    },
    checks: ['law-days'],
    unique: [['country', 'title']],
  },
  legislationWords,
);
