import { defineModule } from '#declaration/define-module.rules.ts';
import { amount, choice, day, reference, state, text, whole } from '#declaration/field.rules.ts';
import { fuelConsumptionWords } from './fuel-consumption.words.ts';

/** Fuel oil that ships of 5,000 gross tonnage and above used in a year. What is shared names no ship. */
export const fuelConsumption = defineModule(
  {
    name: 'fuel-consumption',
    title: 'Ship fuel oil consumption',
    about:
      'What each ship of 5,000 gross tonnage and above reported of its fuel and its voyages in a calendar year. A State sees its own ships, a recognized organization what it filed; everyone else has the shared set, in which no ship can be told.',
    law: [
      { instrument: 'MARPOL', clause: 'regulations VI/27 and VI/28, appendix IX' },
      { instrument: 'Resolution MEPC.349(78)' },
    ],
    record: { one: 'Annual report', many: 'Annual reports' },
    table: 'fuel_consumption',
    reference: { prefix: 'DCS', yearOf: 'year_ended_on' },
    label: ['flag', 'year'],
    fields: {
      flag: state('Flag State', { required: true }),
      ship: reference('Ship', 'ship', { required: true, seenBy: 'own-state' }),
      year: whole('Year', { least: 2019, most: 2100, required: true }),
      year_ended_on: day('Last day reported', { notAfter: 'today', required: true, seenBy: 'own-state' }),
      type: text('Type of ship', { most: 120, seenBy: 'own-state' }),
      gross_tonnage: whole('Gross tonnage', { least: 5000, most: 1_000_000, required: true, seenBy: 'own-state' }),
      deadweight: amount('Deadweight', { most: 1_000_000, decimals: 1, unit: 't', seenBy: 'own-state' }),
      ice_class: text('Ice class', { most: 60, seenBy: 'own-state' }),
      hfo: amount('Heavy fuel oil', { most: 1_000_000, decimals: 3, unit: 't', seenBy: 'own-state' }),
      lfo: amount('Light fuel oil', { most: 1_000_000, decimals: 3, unit: 't', seenBy: 'own-state' }),
      mdo: amount('Diesel or gas oil', { most: 1_000_000, decimals: 3, unit: 't', seenBy: 'own-state' }),
      lng: amount('Liquefied natural gas', { most: 1_000_000, decimals: 3, unit: 't', seenBy: 'own-state' }),
      other_fuel: amount('Other fuel', { most: 1_000_000, decimals: 3, unit: 't', seenBy: 'own-state' }),
      distance: amount('Distance travelled', { most: 1_000_000, decimals: 1, unit: 'M', seenBy: 'own-state' }),
      hours: amount('Hours under way', { most: 8784, decimals: 1, unit: 'h', seenBy: 'own-state' }),
      attained_cii: amount('Attained carbon intensity', { most: 10_000, decimals: 3, unit: 'g/(t·M)', seenBy: 'own-state' }),
      rating: choice('Rating', { a: 'A', b: 'B', c: 'C', d: 'D', e: 'E' }, { seenBy: 'own-state' }),
      statement_on: day('Statement of compliance issued on', { notAfter: 'today', seenBy: 'own-state' }),
      organization: text('Recognized organization', { most: 200, seenBy: 'own-state' }),
      filed_by: text('Filed by the organization', {
        most: 100,
        seenBy: 'own-state',
        help: 'The account of the recognized organization that filed it.',
      }),
      method: choice(
        'How fuel was measured',
        { 'bunker-notes': 'Bunker delivery notes', 'flow-meters': 'Flow meters', soundings: 'Tank soundings' },
        { seenBy: 'own-state' },
      ),
    },
    groups: [
      { title: 'The ship', fields: ['flag', 'ship', 'type', 'gross_tonnage', 'deadweight', 'ice_class'] },
      { title: 'The year', fields: ['year', 'year_ended_on', 'distance', 'hours'] },
      { title: 'Fuel', fields: ['hfo', 'lfo', 'mdo', 'lng', 'other_fuel', 'method'] },
      { title: 'Rating and statement', fields: ['attained_cii', 'rating', 'statement_on', 'organization', 'filed_by'] },
    ],
    owner: { stateIn: 'flag' },
    writers: ['officer', 'recognized-organization', 'secretariat'],
    workflow: {
      states: { reported: 'Reported', verified: 'Statement issued', withdrawn: 'Withdrawn' },
      unpublished: ['reported', 'verified', 'withdrawn'],
      acts: {
        verify: {
          title: 'Issue the statement of compliance',
          from: ['reported'],
          to: 'verified',
          by: ['officer', 'recognized-organization'],
          needs: ['statement_on'],
          tells: ['own-state', 'secretariat'],
        },
        withdraw: { title: 'Withdraw', from: ['reported'], to: 'withdrawn', by: ['officer'], tells: ['secretariat'] },
      },
    },
    list: {
      columns: ['ship', 'flag', 'year', 'gross_tonnage', 'distance', 'rating'],
      facets: ['flag', 'rating', 'method'],
      sorts: ['-year', 'ship', '-distance'],
      search: ['type', 'organization'],
    },
    checks: ['fuel-and-distance'],
    duties: [
      {
        name: 'statement',
        title: 'Issue the statement of compliance',
        owedBy: 'own-state',
        from: 'year_ended_on',
        due: { nextYearOn: '05-31' },
        until: { filled: 'statement_on' },
        source: { instrument: 'MARPOL', clause: 'regulation VI/6.6' },
      },
    ],
    unique: [['ship', 'year']],
    organizations: { functions: ['marpol-vi'], filedBy: 'filed_by' },
    pages: [
      {
        name: 'shared',
        title: 'The shared set',
        about:
          'Fuel by year, type and size of ships, in groups of at least five ships of which none makes up half. No ship, flag or company stands in it; what would tell of one is left out and counted.',
      },
    ],
  },
  fuelConsumptionWords,
);
