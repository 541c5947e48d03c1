import { defineModule } from '#declaration/define-module.rules.ts';
import { choice, lines, locode, period, position, state, text } from '#declaration/field.rules.ts';
import { notified } from '#modules/life.rules.ts';
import { distributionPlanWords } from './distribution-plan.words.ts';

/** LRIT: where a State wants position reports of ships, and who may ask for them. */
export const distributionPlan = defineModule(
  {
    name: 'distribution-plan',
    title: 'LRIT data distribution plan',
    about:
      'What Contracting Governments tell about long-range identification and tracking: their data centre, areas in which they ask for positions of foreign ships, ports, and whom to reach. It is for Contracting Governments.',
    law: [
      { instrument: 'SOLAS', clause: 'regulation V/19-1' },
      { instrument: 'Resolution MSC.263(84)' },
      { instrument: 'MSC.1/Circ.1259/Rev.8' },
    ],
    record: { one: 'Entry', many: 'Entries' },
    table: 'distribution_plan',
    reference: { prefix: 'LRI' },
    label: ['country'],
    fields: {
      country: state('State', { required: true }),
      kind: choice(
        'Kind',
        {
          centre: 'Data centre',
          asp: 'Application service provider',
          'internal-waters': 'Internal waters',
          'territorial-sea': 'Territorial sea',
          'thousand-miles': 'Area up to 1,000 nautical miles',
          'custom-area': 'Area of its own making',
          port: 'Port or port facility',
          'standing-order': 'Standing order',
          contact: 'Contact',
        },
        { required: true, seenBy: 'members' },
      ),
      name: text('Name', { most: 200, required: true, seenBy: 'members' }),
      identifier: text('LRIT identifier', { most: 20, seenBy: 'members' }),
      limits: lines('Limits of the area', { most: 10_000, help: 'Coordinates in their order, one a line.', seenBy: 'members' }),
      port: locode('Port', { seenBy: 'members' }),
      position: position('Position', { seenBy: 'members' }),
      provider: text('Provider', { most: 200, seenBy: 'members' }),
      holds: period('Holds', { seenBy: 'members' }),
      office: text('Authority or office', { most: 200, seenBy: 'members' }),
      telephone: text('Telephone', { most: 60, seenBy: 'members' }),
      email: text('E-mail', { most: 200, seenBy: 'members' }),
    },
    groups: [
      { title: 'The entry', fields: ['country', 'kind', 'name', 'identifier', 'provider', 'holds'] },
      { title: 'Where', fields: ['limits', 'port', 'position'] },
      { title: 'How to reach it', fields: ['office', 'telephone', 'email'] },
    ],
    owner: { stateIn: 'country' },
    writers: ['officer', 'secretariat'],
    workflow: notified(['officer', 'secretariat'], ['secretariat', 'every-state']),
    list: {
      columns: ['country', 'kind', 'name', 'identifier'],
      facets: ['kind', 'country'],
      sorts: ['country', 'name'],
      search: ['name', 'identifier', 'provider'],
    },
    checks: ['position-near-country', 'locode-of-country'],
    unique: [['country', 'kind', 'name']],
  },
  distributionPlanWords,
);
