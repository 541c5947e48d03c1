import { defineModule } from '#declaration/define-module.rules.ts';
import { choice, day, lines, link, locode, state, text, yesNo } from '#declaration/field.rules.ts';
import { notified } from '#modules/life.rules.ts';
import { crewChangeWords } from './crew-change.words.ts';

/** Where crews can be changed, and whom States count as key workers. */
export const crewChange = defineModule(
  {
    name: 'crew-change',
    title: 'Crew change',
    about:
      'Where and how seafarers can join and leave ships, whether a State counts them as key workers, and whom to ask when a crew change is blocked.',
    law: [
      { instrument: 'Maritime Labour Convention, 2006', clause: 'standard A2.5' },
      { instrument: 'Resolution MSC.473(ES.2)' },
    ],
    record: { one: 'Crew change notice', many: 'Crew change notices' },
    table: 'crew_change',
    reference: { prefix: 'CRE' },
    label: ['country', 'port'],
    fields: {
      country: state('State', { required: true }),
      port: locode('Port'),
      key_workers: yesNo('Seafarers are key workers', { effective: true }),
      possible: choice(
        'Crew change',
        {
          free: 'Possible',
          conditions: 'Possible under conditions',
          restricted: 'Possible in emergencies only',
          closed: 'Not possible',
        },
        { required: true, effective: true },
      ),
      conditions: lines('Conditions', { most: 4000 }),
      visa: text('Visa', { most: 300 }),
      medical: lines('Medical care ashore', { most: 2000 }),
      office: text('Authority or office', { most: 200 }),
      telephone: text('Telephone', { most: 60 }),
      email: text('E-mail', { most: 200 }),
      confirmed_on: day('Confirmed on', {
        notAfter: 'today',
        required: true,
        help: 'When the State last said that this still holds.',
      }),
      website: link('Website'),
    },
    groups: [
      { title: 'Crew change', fields: ['country', 'port', 'possible', 'key_workers', 'conditions', 'visa', 'medical'] },
      { title: 'How to reach it', fields: ['office', 'telephone', 'email', 'website', 'confirmed_on'] },
    ],
    owner: { stateIn: 'country' },
    writers: ['officer', 'secretariat'],
    workflow: notified(['officer', 'secretariat']),
    list: {
      columns: ['country', 'port', 'possible', 'key_workers', 'confirmed_on'],
      facets: ['possible', 'key_workers', 'country'],
      sorts: ['country', '-confirmed_on'],
      search: ['office', 'port', 'conditions'],
    },
    checks: ['locode-of-country'],
    unique: [['country', 'port']],
  },
  crewChangeWords,
);
