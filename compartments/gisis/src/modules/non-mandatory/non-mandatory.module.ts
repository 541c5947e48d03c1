import { defineModule } from '#declaration/define-module.rules.ts';
import { choice, day, lines, link, state, text } from '#declaration/field.rules.ts';
import { notified } from '#modules/life.rules.ts';
import { nonMandatoryWords } from './non-mandatory.words.ts';

/** Recommendations of the Organization, and what a State makes of them. */
export const nonMandatory = defineModule(
  {
    name: 'non-mandatory',
    title: 'Non-mandatory instruments',
    about: 'Recommendations, guidelines and codes that bind nobody by themselves, and how each State has put them into effect.',
    law: [{ instrument: 'Resolution A.911(22)' }],
    record: { one: 'Implementation', many: 'Implementations' },
    table: 'non_mandatory',
    reference: { prefix: 'NMI' },
    label: ['instrument', 'country'],
    fields: {
      country: state('State', { required: true }),
      instrument: text('Instrument', {
        most: 200,
        required: true,
        help: 'Its symbol, such as resolution A.917(22) or MSC.1/Circ.1636.',
      }),
      subject: text('Subject', { most: 300, required: true }),
      effect: choice(
        'How it is put into effect',
        {
          law: 'In law or regulation',
          administrative: 'By administrative instruction',
          recommended: 'Recommended to industry',
          'in-part': 'In part',
          'not-yet': 'Not yet',
        },
        { required: true },
      ),
      since: day('Since'),
      title_of_measure: text('Title of the measure', { most: 300 }),
      remarks: lines('Remarks', { most: 3000 }),
      website: link('Text of the measure'),
    },
    groups: [
      { title: 'The instrument', fields: ['instrument', 'subject'] },
      { title: 'How it is put into effect', fields: ['country', 'effect', 'since', 'title_of_measure', 'website', 'remarks'] },
    ],
    owner: { stateIn: 'country' },
    writers: ['officer', 'secretariat'],
    workflow: notified(['officer', 'secretariat']),
    list: {
      columns: ['instrument', 'subject', 'country', 'effect', 'since'],
      facets: ['effect', 'country'],
      sorts: ['instrument', 'country', '-since'],
      search: ['instrument', 'subject', 'title_of_measure'],
    },
    charts: [{ title: 'By effect', by: { field: 'effect' } }],
    unique: [['country', 'instrument']],
  },
  nonMandatoryWords,
);
