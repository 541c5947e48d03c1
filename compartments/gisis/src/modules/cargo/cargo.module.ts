import { defineModule } from '#declaration/define-module.rules.ts';
import { choice, day, file, lines, period, state, states, text } from '#declaration/field.rules.ts';
import { notified } from '#modules/life.rules.ts';
import { cargoWords } from './cargo.words.ts';

/** Competent authorities and agreements for dangerous and bulk cargoes. */
export const cargo = defineModule(
  {
    name: 'cargo',
    title: 'Cargoes',
    about:
      'What States notify about cargoes: tripartite agreements on liquids in bulk, exemptions and conditions of carriage of solid bulk cargoes, and approvals under the IMDG Code.',
    law: [
      { instrument: 'IMSBC Code', clause: 'sections 1.3 and 1.5' },
      { instrument: 'MARPOL', clause: 'regulation II/6.3' },
      { instrument: 'IMDG Code', clause: 'chapter 7.9' },
    ],
    record: { one: 'Cargo notification', many: 'Cargo notifications' },
    table: 'cargo',
    reference: { prefix: 'CAR' },
    label: ['cargo_name', 'country'],
    fields: {
      country: state('State', { required: true }),
      kind: choice(
        'Kind',
        {
          tripartite: 'Tripartite agreement',
          'solid-bulk': 'Solid bulk cargo not listed',
          exemption: 'Exemption',
          authority: 'Competent authority',
          approval: 'Approval of packaging or tank',
        },
        { required: true },
      ),
      cargo_name: text('Name of the cargo', { most: 300, required: true }),
      un_number: text('UN number', { most: 10 }),
      category: choice('Pollution category', { x: 'X', y: 'Y', z: 'Z', os: 'Other substances' }),
      bulk_group: choice('Group of solid bulk cargo', {
        a: 'A: may liquefy',
        b: 'B: chemical hazards',
        c: 'C: neither',
        ab: 'A and B',
      }),
      parties: states('States that agree'),
      company: text('Manufacturer or shipper', { most: 200 }),
      conditions: lines('Conditions of carriage', { most: 6000 }),
      valid: period('Valid'),
      notified_on: day('Notified on', { notAfter: 'today', required: true }),
      document: file('Document'),
    },
    groups: [
      { title: 'The cargo', fields: ['cargo_name', 'un_number', 'category', 'bulk_group', 'company'] },
      { title: 'The notification', fields: ['country', 'kind', 'parties', 'valid', 'notified_on', 'conditions', 'document'] },
    ],
    owner: { stateIn: 'country' },
    writers: ['officer', 'secretariat'],
    workflow: notified(['officer', 'secretariat'], ['secretariat', 'every-state']),
    list: {
      columns: ['cargo_name', 'kind', 'country', 'valid', 'notified_on'],
      facets: ['kind', 'country', 'category', 'bulk_group', 'parties'],
      sorts: ['cargo_name', '-notified_on', 'country'],
      search: ['cargo_name', 'un_number', 'company', 'conditions'],
    },
    checks: ['un-number'],
    alike: [['country', 'cargo_name', 'kind']],
  },
  cargoWords,
);
