import { defineModule } from '#declaration/define-module.rules.ts';
import {
  amount,
  choice,
  choices,
  lines,
  moment,
  position,
  reference,
  state,
  text,
  whole,
  yesNo,
} from '#declaration/field.rules.ts';
import { lostContainerWords } from './lost-container.words.ts';

/** Containers lost at sea or seen adrift; mandatory since 1 January 2026. */
export const lostContainer = defineModule(
  {
    name: 'lost-container',
    title: 'Lost containers',
    about:
      'Containers that ships lost at sea or saw adrift. Masters report to ships in the vicinity, the nearest coastal State and the flag State; the flag State reports to the Organization.',
    law: [
      { instrument: 'SOLAS', clause: 'regulations V/31 and V/32 (since 1 January 2026)' },
      { instrument: 'MARPOL', clause: 'Protocol I, article V' },
      { instrument: 'Resolution MSC.550(108)' },
    ],
    record: { one: 'Report', many: 'Reports' },
    table: 'lost_container',
    reference: { prefix: 'LCO', yearOf: 'happened_at' },
    label: ['ship_name', 'happened_at'],
    fields: {
      kind: choice('Kind', { lost: 'Lost from a ship', observed: 'Seen adrift' }, { required: true }),
      happened_at: moment('Date and time', {
        required: true,
        notAfter: 'now',
        help: 'With its zone; the record keeps it in UTC.',
      }),
      position: position('Position', { required: true }),
      estimated: yesNo('The position is an estimate'),
      flag: state('Flag State', { required: true }),
      coastal_state: state('Coastal State'),
      ship: reference('Ship', 'ship'),
      ship_name: text('Name of the ship', { most: 120, required: true }),
      number: whole('Containers', { least: 1, most: 30_000, required: true }),
      final: yesNo('The number is final'),
      sizes: choices('Sizes', { '20': '20 feet', '40': '40 feet', '45': '45 feet', other: 'Other' }),
      container_numbers: lines('Numbers of the containers', {
        most: 20_000,
        seenBy: 'members',
        help: 'Separated by spaces, commas or lines, such as CSQU3054383.',
      }),
      dangerous: yesNo('Dangerous goods among them'),
      un_numbers: text('UN numbers', { most: 500 }),
      description: lines('Cargo, and what became of it', { most: 4000 }),
      wind: whole('Wind force', { most: 12, unit: 'Bft' }),
      sea: amount('Height of the waves', { most: 40, decimals: 1, unit: 'm' }),
      drift: text('Drift', { most: 300 }),
      recovered: whole('Recovered', { most: 30_000 }),
    },
    groups: [
      { title: 'When and where', fields: ['kind', 'happened_at', 'position', 'estimated', 'coastal_state'] },
      { title: 'The ship', fields: ['flag', 'ship', 'ship_name'] },
      {
        title: 'The containers',
        fields: ['number', 'final', 'sizes', 'container_numbers', 'dangerous', 'un_numbers', 'description'],
      },
      { title: 'Wind and sea', fields: ['wind', 'sea', 'drift', 'recovered'] },
    ],
    owner: { stateIn: 'flag' },
    writers: ['officer', 'secretariat'],
    workflow: {
      states: { reported: 'Reported', verified: 'Number verified', closed: 'Closed', withdrawn: 'Withdrawn' },
      acts: {
        verify: {
          title: 'Verify the number',
          from: ['reported'],
          to: 'verified',
          by: ['officer'],
          needs: ['final'],
          tells: ['secretariat', { stateIn: 'coastal_state' }],
        },
        close: {
          title: 'Close',
          from: ['reported', 'verified'],
          to: 'closed',
          by: ['officer', 'secretariat'],
          needs: ['final'],
          tells: ['own-state', { stateIn: 'coastal_state' }, 'secretariat'],
        },
        withdraw: {
          title: 'Withdraw',
          from: ['reported'],
          to: 'withdrawn',
          by: ['officer', 'secretariat'],
          tells: ['secretariat', { stateIn: 'coastal_state' }],
        },
      },
    },
    list: {
      columns: ['happened_at', 'kind', 'ship_name', 'flag', 'number', 'recovered'],
      facets: ['kind', 'flag', 'coastal_state', 'dangerous', 'sizes'],
      sorts: ['-happened_at', '-number', 'ship_name'],
      search: ['ship_name', 'container_numbers', 'un_numbers', 'description'],
    },
    map: { position: 'position', colour: 'kind' },
    charts: [{ title: 'Reports a year', by: { year: 'happened_at' }, split: 'kind' }],
    checks: ['container-numbers', 'recovered-of-lost'],
    duties: [
      {
        name: 'verify',
        title: 'Verify the number of containers lost',
        owedBy: 'own-state',
        from: 'happened_at',
        due: { days: 30 },
        until: { leaves: ['reported'] },
        source: { instrument: 'SOLAS', clause: 'regulation V/32' },
      },
    ],
    alike: [
      ['happened_at', 'position'],
      ['happened_at', 'ship_name'],
    ],
  },
  lostContainerWords,
);
