import { defineModule } from '#declaration/define-module.rules.ts';
import { choice, day, file, lines, period, reference, state, text } from '#declaration/field.rules.ts';
import { notified } from '#modules/life.rules.ts';
import { surveyWords } from './survey.words.ts';

/** What flag States notify of surveys and certificates. */
export const survey = defineModule(
  {
    name: 'survey',
    title: 'Survey and certification',
    about:
      'Exemptions, equivalents and extensions that flag States grant under the conventions, and the nominated surveyors and forms of certificate that they notify.',
    law: [
      { instrument: 'SOLAS', clause: 'regulations I/4, I/5 and I/14' },
      { instrument: 'Load Lines Convention', clause: 'articles 6 and 8' },
      { instrument: 'Resolution A.1156(32)' },
    ],
    record: { one: 'Notification', many: 'Notifications' },
    table: 'survey',
    reference: { prefix: 'SUR', yearOf: 'notified_on' },
    label: ['kind', 'country', 'notified_on'],
    fields: {
      country: state('State', { required: true }),
      kind: choice(
        'Kind',
        {
          exemption: 'Exemption',
          equivalent: 'Equivalent',
          extension: 'Extension of a certificate',
          'harmonized-system': 'Harmonized system of survey',
          surveyor: 'Nominated surveyors',
          specimen: 'Specimen certificate',
          interpretation: 'Interpretation',
        },
        { required: true },
      ),
      instrument: choice(
        'Instrument',
        {
          solas: 'SOLAS',
          marpol: 'MARPOL',
          'load-lines': 'Load Lines',
          tonnage: 'Tonnage',
          colreg: 'COLREG',
          afs: 'Anti-fouling systems',
          bwm: 'Ballast water management',
          other: 'Other',
        },
        { required: true },
      ),
      regulation: text('Regulation', { most: 100, required: true }),
      ship: reference('Ship', 'ship'),
      ship_name: text('Name of the ship', { most: 120 }),
      notified_on: day('Notified on', { notAfter: 'today', required: true }),
      valid: period('Valid'),
      reasons: lines('Reasons', { most: 3000 }),
      conditions: lines('Conditions', { most: 3000 }),
      document: file('Document'),
      filed_by: text('Filed by the organization', {
        most: 100,
        seenBy: 'own-state',
        help: 'The account of the recognized organization that filed it.',
      }),
    },
    groups: [
      { title: 'The notification', fields: ['country', 'kind', 'instrument', 'regulation', 'notified_on', 'valid'] },
      { title: 'The ship', fields: ['ship', 'ship_name'] },
      { title: 'Grounds', fields: ['reasons', 'conditions', 'document', 'filed_by'] },
    ],
    owner: { stateIn: 'country' },
    writers: ['officer', 'recognized-organization', 'secretariat'],
    workflow: notified(['officer', 'secretariat'], ['secretariat', 'every-state']),
    list: {
      columns: ['notified_on', 'country', 'kind', 'instrument', 'regulation', 'ship_name'],
      facets: ['kind', 'instrument', 'country'],
      sorts: ['-notified_on', 'country', 'ship_name'],
      search: ['ship_name', 'regulation', 'reasons'],
    },
    charts: [{ title: 'Notifications a year', by: { year: 'notified_on' }, split: 'kind' }],
    organizations: {
      functions: ['passenger-safety', 'cargo-construction', 'cargo-equipment', 'cargo-radio', 'load-line', 'tonnage'],
      filedBy: 'filed_by',
    },
    alike: [['country', 'regulation', 'ship_name', 'notified_on']],
  },
  surveyWords,
);
