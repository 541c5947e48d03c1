import { defineModule } from '#declaration/define-module.rules.ts';
import { choice, reference, state, text, whole } from '#declaration/field.rules.ts';
import { casualtyWords } from './casualty.words.ts';

/** A ship that was involved in a casualty. */
export const casualtyShip = defineModule(
  {
    name: 'casualty-ship',
    title: 'Ships involved in casualties',
    about: 'Each ship that was involved in a casualty, and what came of it for her.',
    law: [{ instrument: 'MSC-MEPC.3/Circ.4/Rev.1', clause: 'annex 2' }],
    record: { one: 'Ship involved', many: 'Ships involved' },
    table: 'casualty_ship',
    reference: { prefix: 'CSH' },
    label: ['ship_name', 'flag'],
    partOf: 'casualty',
    fields: {
      casualty: reference('Casualty', 'casualty', { required: true }),
      ship: reference('Ship', 'ship'),
      ship_name: text('Name of the ship', { most: 120, required: true }),
      flag: state('Flag'),
      ship_type: text('Type of ship', { most: 120 }),
      crew: whole('Persons on board', { most: 20_000 }),
      damage: choice('What came of it for the ship', {
        none: 'No damage',
        seaworthy: 'Damaged, fit to proceed',
        unfit: 'Damaged, unfit to proceed',
        'total-loss': 'Total loss',
      }),
      reporting_state: state('Reporting State', { required: true }),
    },
    groups: [
      { title: 'The ship', fields: ['casualty', 'ship', 'ship_name', 'flag', 'ship_type', 'crew', 'damage', 'reporting_state'] },
    ],
    owner: { stateIn: 'reporting_state' },
    writers: ['officer', 'secretariat'],
    list: {
      columns: ['casualty', 'ship_name', 'flag', 'damage'],
      facets: ['flag', 'damage'],
      sorts: ['ship_name', 'casualty'],
      search: ['ship_name'],
    },
    unique: [['casualty', 'ship']],
  },
  casualtyWords,
);
