import { defineModule } from '#declaration/define-module.rules.ts';
import { amount, callSign, choice, choices, day, mmsi, position, reference, state, text } from '#declaration/field.rules.ts';
import { notified } from '#modules/life.rules.ts';
import { gmdssWords } from './gmdss.words.ts';

/** Shore stations of the Global Maritime Distress and Safety System. */
export const gmdss = defineModule(
  {
    name: 'gmdss',
    title: 'GMDSS master plan',
    about:
      'Shore-based facilities of the Global Maritime Distress and Safety System: coast stations, NAVTEX, satellite services and their coverage.',
    law: [{ instrument: 'SOLAS', clause: 'regulation IV/5' }, { instrument: 'GMDSS.1 circulars' }],
    record: { one: 'Station', many: 'Stations' },
    table: 'gmdss_station',
    reference: { prefix: 'GMD' },
    label: ['name', 'country'],
    fields: {
      country: state('State', { required: true }),
      name: text('Name', { most: 200, required: true }),
      service: choices(
        'Services',
        {
          'vhf-dsc': 'VHF DSC (sea area A1)',
          'mf-dsc': 'MF DSC (sea area A2)',
          'hf-dsc': 'HF DSC',
          navtex: 'NAVTEX',
          safetynet: 'Satellite safety broadcasts',
          'cospas-sarsat': 'Cospas-Sarsat',
          'earth-station': 'Coast earth station',
          meteorology: 'Weather broadcasts',
        },
        { required: true },
      ),
      mmsi: mmsi('MMSI'),
      call_sign: callSign('Call sign'),
      position: position('Position'),
      range: amount('Range', { most: 10_000, decimals: 1, unit: 'M' }),
      frequencies: text('Frequencies and channels', { most: 300 }),
      status: choice(
        'Status',
        { operational: 'Operational', trial: 'On trial', planned: 'Planned', closed: 'Closed' },
        { effective: true, required: true },
      ),
      navtex_area: text('NAVAREA and NAVTEX letter', { most: 20 }),
      centre: reference('Rescue coordination centre', 'search-and-rescue'),
      since: day('Since'),
    },
    groups: [
      { title: 'The station', fields: ['country', 'name', 'service', 'status', 'since', 'position', 'centre'] },
      { title: 'Radio', fields: ['mmsi', 'call_sign', 'frequencies', 'range', 'navtex_area'] },
    ],
    owner: { stateIn: 'country' },
    writers: ['officer', 'secretariat'],
    workflow: notified(['officer', 'secretariat']),
    list: {
      columns: ['name', 'country', 'service', 'mmsi', 'status'],
      facets: ['service', 'country', 'status'],
      sorts: ['country', 'name', '-since'],
      search: ['name', 'mmsi', 'call_sign', 'frequencies'],
    },
    map: { position: 'position', colour: 'status' },
    checks: ['position-near-country', 'mmsi-of-country'],
    unique: [['country', 'name']],
  },
  gmdssWords,
);
