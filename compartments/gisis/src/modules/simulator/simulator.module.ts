import { defineModule } from '#declaration/define-module.rules.ts';
import { choice, choices, lines, link, position, state, text, whole } from '#declaration/field.rules.ts';
import { notified } from '#modules/life.rules.ts';
import { simulatorWords } from './simulator.words.ts';

/** Maritime training simulators. */
export const simulator = defineModule(
  {
    name: 'simulator',
    title: 'Simulators',
    about: 'Simulators that are used to train and assess seafarers: where they stand, what they simulate and who operates them.',
    law: [
      { instrument: 'STCW Code', clause: 'regulation I/12 and sections A-I/12 and B-I/12' },
      { instrument: 'STCW.7/Circ.20' },
    ],
    record: { one: 'Simulator', many: 'Simulators' },
    table: 'simulator',
    reference: { prefix: 'SIM' },
    label: ['centre', 'kind'],
    fields: {
      country: state('State', { required: true }),
      centre: text('Centre', { most: 200, required: true }),
      kind: choices(
        'What it simulates',
        {
          bridge: 'Bridge and navigation',
          engine: 'Machinery',
          radio: 'GMDSS radio',
          cargo: 'Cargo handling',
          'dynamic-positioning': 'Dynamic positioning',
          radar: 'Radar and ARPA',
          ecdis: 'ECDIS',
          survival: 'Survival craft',
          ice: 'Ice navigation',
          offshore: 'Offshore and anchor handling',
          crane: 'Cranes',
          vts: 'Vessel traffic services',
        },
        { required: true },
      ),
      place: text('Place', { most: 300 }),
      position: position('Position'),
      maker: text('Manufacturer', { most: 200 }),
      installed: whole('Year of installation', { least: 1950, most: 2100 }),
      stations: whole('Own-ship stations', { most: 500 }),
      class: choice('Class', { full: 'Full mission', multi: 'Multi-task', limited: 'Limited task', special: 'Single task' }),
      address: lines('Postal address', { most: 600 }),
      telephone: text('Telephone', { most: 60 }),
      email: text('E-mail', { most: 200 }),
      website: link('Website'),
    },
    groups: [
      { title: 'The simulator', fields: ['kind', 'class', 'maker', 'installed', 'stations'] },
      { title: 'Where', fields: ['country', 'centre', 'place', 'position'] },
      { title: 'How to reach it', fields: ['telephone', 'email', 'address', 'website'] },
    ],
    owner: { stateIn: 'country' },
    writers: ['officer', 'secretariat'],
    workflow: notified(['officer', 'secretariat']),
    list: {
      columns: ['centre', 'country', 'kind', 'class', 'place'],
      facets: ['kind', 'country', 'class'],
      sorts: ['centre', 'country', '-installed'],
      search: ['centre', 'place', 'maker'],
    },
    map: { position: 'position', colour: 'class' },
    checks: ['position-near-country'],
    alike: [['country', 'centre', 'class']],
  },
  simulatorWords,
);
