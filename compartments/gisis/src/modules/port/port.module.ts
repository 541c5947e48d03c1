import { defineModule } from '#declaration/define-module.rules.ts';
import { locode, position, state, text, whole } from '#declaration/field.rules.ts';
import { portWords } from './port.words.ts';

/** Ports by UN/LOCODE: what the modules of reception facilities and of security mean by a port. */
export const port = defineModule(
  {
    name: 'port',
    title: 'Ports',
    about:
      'Ports by their UN/LOCODE, with their names and where they lie. Reception facilities, port facilities and incidents name ports by this code. The Secretariat keeps the list from the code list of the United Nations; the supplier of the data adds positions.',
    law: [{ instrument: 'UNECE Recommendation 16' }],
    record: { one: 'Port', many: 'Ports' },
    table: 'port',
    reference: { field: 'locode' },
    label: ['name', 'locode'],
    fields: {
      locode: locode('UN/LOCODE', { required: true }),
      name: text('Name', { most: 200, required: true }),
      other_names: text('Other names', { most: 500 }),
      country: state('Country'),
      subdivision: text('Subdivision', { most: 10, help: 'By the second part of its code in ISO 3166-2.' }),
      position: position('Position'),
      water: text('Body of water', { most: 300 }),
      index_number: whole('Number in the World Port Index', { most: 999_999 }),
    },
    groups: [
      { title: 'Identity', fields: ['locode', 'name', 'other_names', 'index_number'] },
      { title: 'Where', fields: ['country', 'subdivision', 'position', 'water'] },
    ],
    owner: 'secretariat',
    writers: ['supplier', 'secretariat'],
    list: {
      columns: ['locode', 'name', 'country', 'water'],
      facets: ['country'],
      sorts: ['name', 'locode', 'country'],
      search: ['name', 'other_names', 'locode', 'water'],
    },
    map: { position: 'position' },
    checks: ['locode-of-port', 'position-near-country'],
  },
  portWords,
);
