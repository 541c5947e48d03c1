import { defineModule } from '#declaration/define-module.rules.ts';
import { choice, choices, lines, link, period, position, state, text } from '#declaration/field.rules.ts';
import { notified } from '#modules/life.rules.ts';
import { testLaboratoryWords } from './test-laboratory.words.ts';

/** Fire test laboratories, and where halon can be had or given back. */
export const testLaboratory = defineModule(
  {
    name: 'test-laboratory',
    title: 'Test laboratories and halon facilities',
    about: 'Laboratories that Administrations recognize for fire tests, and facilities that bank or take back halon.',
    law: [{ instrument: 'FTP Code' }, { instrument: 'FSS.3/Circ.8' }, { instrument: 'SOLAS', clause: 'regulation II-2/10.4' }],
    record: { one: 'Laboratory or facility', many: 'Laboratories and facilities' },
    table: 'test_laboratory',
    reference: { prefix: 'LAB' },
    label: ['name', 'country'],
    fields: {
      country: state('State', { required: true }),
      kind: choice('Kind', { fire: 'Fire test laboratory', halon: 'Halon facility' }, { required: true }),
      name: text('Name', { most: 200, required: true }),
      tests: choices('Tests', {
        'non-combustibility': 'Non-combustibility',
        'smoke-toxicity': 'Smoke and toxicity',
        divisions: 'A, B and F class divisions',
        'door-control': 'Fire door control systems',
        'surface-flammability': 'Surface flammability',
        'primary-deck': 'Primary deck coverings',
        textiles: 'Hanging textiles',
        furniture: 'Upholstered furniture',
        bedding: 'Bedding',
        extinguishing: 'Fixed fire-extinguishing systems',
      }),
      halons: choices('Halon', { '1211': 'Halon 1211', '1301': 'Halon 1301', '2402': 'Halon 2402' }),
      position: position('Position'),
      accredited_by: text('Accredited by', { most: 200 }),
      valid: period('Recognition valid'),
      address: lines('Postal address', { most: 600 }),
      telephone: text('Telephone', { most: 60 }),
      email: text('E-mail', { most: 200 }),
      website: link('Website'),
    },
    groups: [
      {
        title: 'The laboratory or facility',
        fields: ['country', 'kind', 'name', 'tests', 'halons', 'accredited_by', 'valid', 'position'],
      },
      { title: 'How to reach it', fields: ['telephone', 'email', 'address', 'website'] },
    ],
    owner: { stateIn: 'country' },
    writers: ['officer', 'secretariat'],
    workflow: notified(['officer', 'secretariat']),
    list: {
      columns: ['name', 'country', 'kind', 'tests', 'valid'],
      facets: ['kind', 'country', 'tests', 'halons'],
      sorts: ['name', 'country'],
      search: ['name', 'accredited_by'],
    },
    map: { position: 'position', colour: 'kind' },
    checks: ['position-near-country'],
    unique: [['country', 'name', 'kind']],
  },
  testLaboratoryWords,
);
