import { defineModule } from '#declaration/define-module.rules.ts';
import { choice, day, file, lines, locode, period, reference, state, states, text, whole } from '#declaration/field.rules.ts';
import { notified } from '#modules/life.rules.ts';
import { facilitationWords } from './facilitation.words.ts';

/** What States tell under the FAL Convention. */
export const facilitation = defineModule(
  {
    name: 'facilitation',
    title: 'Facilitation of maritime traffic',
    about:
      'What Contracting Governments notify under the FAL Convention: where their formalities differ from its standards and recommended practices, whom stowaways are told to, and how ships file their papers.',
    law: [{ instrument: 'FAL Convention', clause: 'article VIII and annex' }, { instrument: 'FAL.3/Circ.201' }],
    record: { one: 'Notification', many: 'Notifications' },
    table: 'facilitation',
    reference: { prefix: 'FAL' },
    label: ['provision', 'country'],
    fields: {
      country: state('State', { required: true }),
      kind: choice(
        'Kind',
        {
          difference: 'Difference from a standard',
          practice: 'Recommended practice not followed',
          stowaways: 'Stowaway incident',
          refugees: 'Persons rescued at sea',
          information: 'Information for ships',
        },
        { required: true },
      ),
      provision: text('Provision', { most: 100, help: 'Such as Standard 2.7.', required: true }),
      notified_on: day('Notified on', { notAfter: 'today', required: true }),
      holds: period('Holds'),
      ship: reference('Ship', 'ship'),
      port: locode('Port'),
      persons: whole('Persons', { most: 100_000 }),
      nationalities: states('Nationalities'),
      description: lines('Description', { most: 4000, required: true }),
      document: file('Document'),
    },
    groups: [
      { title: 'The notification', fields: ['country', 'kind', 'provision', 'notified_on', 'holds', 'description', 'document'] },
      { title: 'Stowaways and persons rescued', fields: ['ship', 'port', 'persons', 'nationalities'] },
    ],
    owner: { stateIn: 'country' },
    writers: ['officer', 'secretariat'],
    workflow: notified(['officer', 'secretariat'], ['secretariat', 'every-state']),
    list: {
      columns: ['country', 'kind', 'provision', 'notified_on'],
      facets: ['kind', 'country', 'nationalities'],
      sorts: ['-notified_on', 'country', 'provision'],
      search: ['provision', 'description'],
    },
    charts: [{ title: 'Notifications a year', by: { year: 'notified_on' }, split: 'kind' }],
    alike: [['country', 'provision', 'notified_on']],
  },
  facilitationWords,
);
