import { defineModule } from '#declaration/define-module.rules.ts';
import { choice, choices, day, lines, link, state, text } from '#declaration/field.rules.ts';
import { notified } from '#modules/life.rules.ts';
import { singleWindowWords } from './single-window.words.ts';

/** Maritime single windows of States. */
export const singleWindow = defineModule(
  {
    name: 'single-window',
    title: 'Maritime single window',
    about:
      'Where ships file what is asked of them on arrival, stay and departure: the single window of each State, what it takes and in which form.',
    law: [{ instrument: 'FAL Convention', clause: 'standard 1.3bis (since 1 January 2024)' }, { instrument: 'FAL.5/Circ.42' }],
    record: { one: 'Single window', many: 'Single windows' },
    table: 'single_window',
    reference: { prefix: 'MSW' },
    label: ['name', 'country'],
    fields: {
      country: state('State', { required: true }),
      name: text('Name', { most: 200, required: true }),
      status: choice(
        'Status',
        { operating: 'Operating', partly: 'Operating in part', building: 'Being built', planned: 'Planned' },
        { required: true, effective: true },
      ),
      since: day('Since'),
      ports: text('Ports served', { most: 500 }),
      declarations: choices('What it takes', {
        general: 'General declaration',
        cargo: 'Cargo declaration',
        stores: 'Ship’s stores declaration',
        effects: 'Crew’s effects declaration',
        crew: 'Crew list',
        passengers: 'Passenger list',
        'dangerous-goods': 'Dangerous goods manifest',
        health: 'Maritime declaration of health',
        security: 'Security information',
        waste: 'Advance notice of waste',
        mail: 'Mail documents',
      }),
      formats: choices('In which form', {
        form: 'Web form',
        'compendium-xml': 'IMO Compendium, XML',
        'compendium-json': 'IMO Compendium, JSON',
        edifact: 'UN/EDIFACT',
        spreadsheet: 'Spreadsheet',
        wco: 'WCO data model',
      }),
      operator: text('Operated by', { most: 200 }),
      website: link('Website'),
      email: text('E-mail', { most: 200 }),
      remarks: lines('Remarks', { most: 3000 }),
    },
    groups: [
      { title: 'The single window', fields: ['country', 'name', 'status', 'since', 'ports', 'operator'] },
      { title: 'What it takes', fields: ['declarations', 'formats'] },
      { title: 'How to reach it', fields: ['website', 'email', 'remarks'] },
    ],
    owner: { stateIn: 'country' },
    writers: ['officer', 'secretariat'],
    workflow: notified(['officer', 'secretariat']),
    list: {
      columns: ['country', 'name', 'status', 'declarations', 'since'],
      facets: ['status', 'country', 'declarations', 'formats'],
      sorts: ['country', 'name', '-since'],
      search: ['name', 'ports', 'operator'],
    },
    unique: [['country', 'name']],
  },
  singleWindowWords,
);
