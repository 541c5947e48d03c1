import { defineModule } from '#declaration/define-module.rules.ts';
import { amount, choice, day, lines, link, text, whole } from '#declaration/field.rules.ts';
import { treatyWords } from './treaty.words.ts';

/** Instruments of which the Organization or its Secretary-General is the depositary, and when they enter into force. */
export const treaty = defineModule(
  {
    name: 'treaty',
    title: 'Status of treaties',
    about:
      'Conventions, protocols and amendments deposited with the Organization: what each demands to enter into force, who has signed and who has consented to be bound, and with what share of the world’s tonnage. The Secretariat keeps them as depositary.',
    law: [{ instrument: 'Vienna Convention on the Law of Treaties', clause: 'articles 76 and 77' }],
    record: { one: 'Instrument', many: 'Instruments' },
    table: 'treaty',
    reference: { prefix: 'TRE' },
    label: ['short_name'],
    fields: {
      short_name: text('Short name', { most: 80, required: true }),
      full_name: text('Full name', { most: 500, required: true }),
      kind: choice(
        'Kind',
        { convention: 'Convention', protocol: 'Protocol', agreement: 'Agreement', amendment: 'Amendment' },
        { required: true },
      ),
      subject: choice('Subject', {
        safety: 'Safety',
        environment: 'Environment',
        liability: 'Liability and compensation',
        security: 'Security',
        facilitation: 'Facilitation',
        other: 'Other',
      }),
      adopted_on: day('Adopted on', { notAfter: 'today', required: true }),
      signature_until: day('Open for signature until'),
      needs_states: whole('States needed', { most: 300 }),
      needs_tonnage: amount('Share of world tonnage needed', { most: 100, unit: '%' }),
      needs_ships: whole('Ships needed', { most: 1_000_000 }),
      needs_large_fleets: whole('States needed with a large fleet', { most: 300 }),
      large_fleet: whole('Gross tonnage that makes a fleet large', { most: 1_000_000_000 }),
      needs_cargo: amount('Contributing cargo needed', { most: 1_000_000_000, unit: 't' }),
      needs_recycling: amount('Recycling capacity needed, of the fleet', { most: 100, unit: '%' }),
      months_after: whole('Months from the conditions met to entry into force', { most: 120 }),
      months_later: whole('Months from a later deposit to its effect', { most: 120 }),
      conditions: lines('Conditions in the words of the instrument', { most: 3000 }),
      met_on: day('Conditions met on'),
      in_force_on: day('In force on'),
      ended_on: day('Ended or replaced on'),
      text_link: link('Text of the instrument'),
    },
    groups: [
      {
        title: 'The instrument',
        fields: ['short_name', 'full_name', 'kind', 'subject', 'adopted_on', 'signature_until', 'text_link'],
      },
      {
        title: 'Entry into force',
        fields: [
          'needs_states',
          'needs_tonnage',
          'needs_ships',
          'needs_large_fleets',
          'large_fleet',
          'needs_cargo',
          'needs_recycling',
          'months_after',
          'months_later',
          'conditions',
          'met_on',
          'in_force_on',
          'ended_on',
        ],
      },
    ],
    owner: 'secretariat',
    writers: ['secretariat'],
    list: {
      columns: ['short_name', 'full_name', 'subject', 'adopted_on', 'in_force_on'],
      facets: ['kind', 'subject'],
      sorts: ['short_name', '-adopted_on', '-in_force_on'],
      search: ['short_name', 'full_name'],
    },
    checks: ['treaty-days'],
    unique: [['short_name']],
    pages: [
      {
        name: 'matrix',
        title: 'States and instruments',
        about: 'Since when each State is bound by each instrument, which it signed only, and which it left.',
      },
      {
        name: 'entry-into-force',
        title: 'Way to entry into force',
        about:
          'How far the conditions of an instrument were met on each day on which a State consented or left, computed from the acts of States and their share of the world’s tonnage. A share can go back; an entry into force cannot.',
        ofRecord: true,
      },
    ],
  },
  treatyWords,
);
