import { defineModule } from '#declaration/define-module.rules.ts';
import { choice, lines, locode, moment, position, reference, state, states, text, whole } from '#declaration/field.rules.ts';
import { published } from '#modules/life.rules.ts';
import { migrantSmugglingWords } from './migrant-smuggling.words.ts';

/** Incidents of unsafe mixed migration and smuggling of migrants by sea. */
export const migrantSmuggling = defineModule(
  {
    name: 'migrant-smuggling',
    title: 'Migrant smuggling by sea',
    about:
      'Incidents of unsafe practices in the trafficking or transport of migrants by sea, as States report them, without anything that would tell who a person is.',
    law: [
      { instrument: 'MSC.1/Circ.896/Rev.2' },
      { instrument: 'Protocol against the Smuggling of Migrants by Land, Sea and Air' },
    ],
    record: { one: 'Incident', many: 'Incidents' },
    table: 'migrant_smuggling',
    reference: { prefix: 'MIG', yearOf: 'happened_at' },
    label: ['place', 'happened_at'],
    fields: {
      happened_at: moment('Date and time', {
        required: true,
        notAfter: 'now',
        help: 'With its zone; the record keeps it in UTC.',
      }),
      position: position('Position'),
      place: text('Place', { most: 300, required: true }),
      coastal_state: state('Coastal State'),
      departed_from: state('State of departure'),
      bound_for: state('State of destination'),
      vessel: text('Craft', { most: 200 }),
      vessel_kind: choice('Kind of craft', {
        inflatable: 'Inflatable',
        wooden: 'Wooden boat',
        fishing: 'Fishing vessel',
        fibreglass: 'Fibreglass boat',
        sailing: 'Sailing boat',
        merchant: 'Merchant ship',
        other: 'Other',
      }),
      flag: state('Flag'),
      persons: whole('Persons on board', { most: 20_000 }),
      rescued: whole('Rescued', { most: 20_000 }),
      deaths: whole('Deaths', { most: 20_000 }),
      missing: whole('Missing', { most: 20_000 }),
      nationalities: states('Nationalities', { seenBy: 'members' }),
      rescuer: text('Rescued by', { most: 200 }),
      ship: reference('Ship', 'ship'),
      disembarked: locode('Port of disembarkation'),
      measures: lines('Measures taken', { most: 3000 }),
      description: lines('What happened', { most: 4000 }),
      reporting_state: state('Reporting State', { required: true }),
    },
    groups: [
      { title: 'When and where', fields: ['happened_at', 'place', 'position', 'coastal_state', 'departed_from', 'bound_for'] },
      { title: 'The craft', fields: ['vessel', 'vessel_kind', 'flag'] },
      { title: 'The persons', fields: ['persons', 'rescued', 'deaths', 'missing', 'nationalities'] },
      { title: 'What was done', fields: ['rescuer', 'ship', 'disembarked', 'measures', 'description'] },
      { title: 'The report', fields: ['reporting_state'] },
    ],
    owner: { stateIn: 'reporting_state' },
    writers: ['officer', 'secretariat'],
    workflow: published(['officer', 'secretariat']),
    list: {
      columns: ['happened_at', 'place', 'coastal_state', 'vessel_kind', 'persons', 'deaths'],
      facets: ['coastal_state', 'vessel_kind', 'departed_from', 'bound_for'],
      sorts: ['-happened_at', '-persons', '-deaths'],
      search: ['place', 'vessel', 'description'],
    },
    map: { position: 'position', colour: 'vessel_kind' },
    charts: [{ title: 'Incidents a year', by: { year: 'happened_at' }, split: 'vessel_kind' }],
    checks: ['persons-add-up'],
    alike: [
      ['happened_at', 'position'],
      ['happened_at', 'place'],
    ],
  },
  migrantSmugglingWords,
);
