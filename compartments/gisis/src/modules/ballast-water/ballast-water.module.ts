import { defineModule } from '#declaration/define-module.rules.ts';
import { choice, day, file, lines, period, position, reference, state, states, text } from '#declaration/field.rules.ts';
import { notified } from '#modules/life.rules.ts';
import { ballastWaterWords } from './ballast-water.words.ts';

/** Exemptions from ballast water management on a route, for at most five years. */
export const ballastWater = defineModule(
  {
    name: 'ballast-water',
    title: 'Ballast water management',
    about:
      'Exemptions that Parties grant to ships on stated routes after a risk assessment, for at most five years and with an intermediate review; areas where uptake is warned of; and additional measures of Parties.',
    law: [
      { instrument: 'BWM Convention', clause: 'regulations A-4, C-1 and C-2' },
      { instrument: 'Guidelines (G7)', clause: 'resolution MEPC.289(71)' },
    ],
    record: { one: 'Exemption or measure', many: 'Exemptions and measures' },
    table: 'ballast_water',
    reference: { prefix: 'BWM' },
    label: ['kind', 'country', 'route'],
    fields: {
      country: state('State', { required: true }),
      kind: choice(
        'Kind',
        {
          exemption: 'Exemption',
          warning: 'Warning about an area of uptake',
          measure: 'Additional measure',
          designated: 'Designated exchange area',
          facility: 'Sediment reception facility',
        },
        { required: true },
      ),
      ship: reference('Ship', 'ship'),
      ship_name: text('Name of the ship', { most: 120 }),
      route: text('Route or area', { most: 300, required: true, help: 'The ports or places between which it holds.' }),
      other_states: states('Other States concerned'),
      holds: period('Holds', { required: true }),
      review_on: day('Intermediate review due on'),
      reviewed_on: day('Intermediate review held on', { notAfter: 'today' }),
      risk_method: choice('Risk assessment', {
        environmental: 'Environmental matching',
        biogeographical: 'Species’ biogeographical',
        species: 'Species-specific',
        'same-area': 'Same risk area',
      }),
      conditions: lines('Conditions', { most: 3000 }),
      position: position('Position'),
      description: lines('Description', { most: 4000 }),
      document: file('Document'),
    },
    groups: [
      { title: 'What it is', fields: ['country', 'kind', 'route', 'other_states', 'position', 'description'] },
      { title: 'The ship', fields: ['ship', 'ship_name'] },
      { title: 'When it holds', fields: ['holds', 'review_on', 'reviewed_on', 'risk_method', 'conditions', 'document'] },
    ],
    owner: { stateIn: 'country' },
    writers: ['officer', 'secretariat'],
    workflow: notified(['officer', 'secretariat'], ['secretariat', 'every-state']),
    list: {
      columns: ['country', 'kind', 'ship_name', 'route', 'holds', 'review_on'],
      facets: ['kind', 'country', 'other_states', 'risk_method'],
      sorts: ['-holds', 'country', '-review_on'],
      search: ['ship_name', 'route', 'description'],
    },
    map: { position: 'position', colour: 'kind' },
    checks: ['ballast-exemption'],
    duties: [
      {
        name: 'review',
        title: 'Hold the intermediate review of the exemption',
        owedBy: 'own-state',
        from: 'review_on',
        due: { days: 0 },
        until: { filled: 'reviewed_on' },
        where: { field: 'kind', among: ['exemption'] },
        source: { instrument: 'BWM Convention', clause: 'regulation A-4' },
      },
    ],
    alike: [['country', 'ship_name', 'route']],
  },
  ballastWaterWords,
);
