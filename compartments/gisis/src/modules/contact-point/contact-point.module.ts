import { defineModule } from '#declaration/define-module.rules.ts';
import { choices, day, lines, link, state, text, yesNo } from '#declaration/field.rules.ts';
import { notified } from '#modules/life.rules.ts';
import { contactPointWords } from './contact-point.words.ts';

/** Whom to reach in a State, for what. Names and direct lines of officers are for officers of Member States only. */
export const contactPoint = defineModule(
  {
    name: 'contact-point',
    title: 'Contact points',
    about:
      'Authorities and offices of States that can be reached for safety, security, pollution, casualties and other matters. Each State keeps its own; names and direct lines of officers are shown to officers of Member States only.',
    law: [
      { instrument: 'MSC-MEPC.6/Circ.22' },
      { instrument: 'SOLAS', clause: 'regulation XI-2/7' },
      { instrument: 'MARPOL', clause: 'article 8' },
    ],
    record: { one: 'Contact point', many: 'Contact points' },
    table: 'contact_point',
    reference: { prefix: 'CON' },
    label: ['office', 'country'],
    fields: {
      country: state('State', { required: true }),
      matters: choices(
        'Matters',
        {
          casualty: 'Casualty investigation',
          pollution: 'Pollution emergencies',
          'search-and-rescue': 'Search and rescue',
          security: 'Maritime security',
          piracy: 'Piracy and armed robbery',
          'port-state-control': 'Port State control',
          'ship-inspection': 'Inspection of ships',
          'reception-facilities': 'Port reception facilities',
          medical: 'Radio medical advice',
          ballast: 'Ballast water',
          facilitation: 'Facilitation',
          stowaways: 'Stowaways',
          training: 'Training and certification',
          cargoes: 'Cargoes',
          refuge: 'Places of refuge',
        },
        { required: true },
      ),
      office: text('Authority or office', { most: 200, required: true }),
      region: text('Region or ports', { most: 300, help: 'Where it does not serve the whole State.' }),
      address: lines('Postal address', { most: 600 }),
      telephone: text('Telephone', { most: 60 }),
      email: text('E-mail', { most: 200 }),
      website: link('Website'),
      always: yesNo('Reached at any hour'),
      languages: text('Languages', { most: 200 }),
      officer: text('Officer', { most: 200, seenBy: 'officers' }),
      officer_telephone: text('Direct telephone of the officer', { most: 60, seenBy: 'officers' }),
      officer_email: text('E-mail of the officer', { most: 200, seenBy: 'officers' }),
      confirmed_on: day('Confirmed on', { notAfter: 'today', help: 'When the State last said that this still holds.' }),
    },
    groups: [
      { title: 'The office', fields: ['country', 'matters', 'office', 'region', 'languages', 'always'] },
      { title: 'How to reach it', fields: ['telephone', 'email', 'address', 'website'] },
      { title: 'The officer', fields: ['officer', 'officer_telephone', 'officer_email'] },
      { title: 'Age', fields: ['confirmed_on'] },
    ],
    owner: { stateIn: 'country' },
    writers: ['officer', 'secretariat'],
    workflow: notified(['officer', 'secretariat']),
    list: {
      columns: ['country', 'office', 'matters', 'telephone', 'confirmed_on'],
      facets: ['matters', 'country', 'always'],
      sorts: ['country', 'office', '-confirmed_on'],
      search: ['office', 'region', 'officer'],
    },
    duties: [
      {
        name: 'confirm',
        title: 'Confirm that the contact point still holds',
        owedBy: 'own-state',
        from: 'confirmed_on',
        due: { days: 365 },
        until: { leaves: ['current'] },
        source: { instrument: 'MSC-MEPC.6/Circ.22' },
      },
    ],
    alike: [['country', 'office']],
  },
  contactPointWords,
);
