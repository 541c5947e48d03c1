import { defineModule } from '#declaration/define-module.rules.ts';
import { area, choice, choices, day, lines, mmsi, position, state, text, yesNo } from '#declaration/field.rules.ts';
import { notified } from '#modules/life.rules.ts';
import { searchAndRescueWords } from './search-and-rescue.words.ts';

/** Search and rescue regions, and the centres that answer for them. */
export const searchAndRescue = defineModule(
  {
    name: 'search-and-rescue',
    title: 'Global SAR plan',
    about:
      'Who answers for search and rescue at sea and where: rescue coordination centres, their regions and how they are reached.',
    law: [
      { instrument: 'SAR Convention', clause: 'annex, paragraphs 2.1 and 2.3' },
      { instrument: 'SOLAS', clause: 'regulation V/7' },
      { instrument: 'SAR.8/Circ.5' },
    ],
    record: { one: 'Rescue coordination centre', many: 'Rescue coordination centres' },
    table: 'search_and_rescue',
    reference: { prefix: 'SAR' },
    label: ['name', 'country'],
    fields: {
      country: state('State', { required: true }),
      name: text('Name', { most: 200, required: true }),
      kind: choice(
        'Kind',
        {
          mrcc: 'Maritime rescue coordination centre',
          jrcc: 'Joint rescue coordination centre',
          mrsc: 'Maritime rescue sub-centre',
          rcc: 'Aeronautical rescue coordination centre',
        },
        { required: true },
      ),
      position: position('Position'),
      region: lines('Limits of the region', { most: 6000, help: 'Coordinates in their order, one a line.' }),
      area: area('Area of the region', {
        help: 'Its corners in their order, one a line; the last leads back to the first. It is drawn on the map.',
      }),
      agreed: yesNo('Limits agreed with the neighbours'),
      telephone: text('Telephone', { most: 100, required: true }),
      email: text('E-mail', { most: 200 }),
      mmsi: mmsi('MMSI'),
      inmarsat: text('Satellite numbers', { most: 200 }),
      facilities: choices('Facilities', {
        aircraft: 'Aircraft',
        helicopters: 'Helicopters',
        vessels: 'Rescue vessels',
        lifeboats: 'Lifeboats',
        'medical-advice': 'Radio medical advice',
        divers: 'Divers',
        salvage: 'Salvage',
      }),
      languages: text('Languages', { most: 200 }),
      confirmed_on: day('Confirmed on', { notAfter: 'today', help: 'When the State last said that this still holds.' }),
    },
    groups: [
      { title: 'The centre', fields: ['country', 'name', 'kind', 'position', 'facilities', 'languages'] },
      { title: 'How to reach it', fields: ['telephone', 'email', 'mmsi', 'inmarsat', 'confirmed_on'] },
      { title: 'Its region', fields: ['area', 'region', 'agreed'] },
    ],
    owner: { stateIn: 'country' },
    writers: ['officer', 'secretariat'],
    workflow: notified(['officer', 'secretariat'], ['secretariat', 'every-state']),
    list: {
      columns: ['name', 'country', 'kind', 'telephone', 'confirmed_on'],
      facets: ['kind', 'country', 'facilities'],
      sorts: ['country', 'name', '-confirmed_on'],
      search: ['name', 'mmsi', 'inmarsat'],
    },
    map: { position: 'position', colour: 'kind', area: 'area' },
    checks: ['position-near-country', 'mmsi-of-country'],
    duties: [
      {
        name: 'confirm',
        title: 'Confirm that the centre still holds',
        owedBy: 'own-state',
        from: 'confirmed_on',
        due: { days: 365 },
        until: { leaves: ['current'] },
        source: { instrument: 'SAR.8/Circ.5' },
      },
    ],
    unique: [['country', 'name']],
  },
  searchAndRescueWords,
);
