import { defineModule } from '#declaration/define-module.rules.ts';
import { amount, choice, day, file, lines, locode, period, reference, state, text } from '#declaration/field.rules.ts';
import { annexViWords } from './annex-vi.words.ts';

/** Notifications under MARPOL Annex VI. A report that compliant fuel was not available is no exemption. */
export const annexVi = defineModule(
  {
    name: 'annex-vi',
    title: 'MARPOL Annex VI',
    about:
      'What Parties notify about air pollution and energy efficiency: fuel that was not available or not compliant, suppliers of fuel, exhaust gas cleaning, fuel sampling, facilities, and ships exempted for trials. A report of non-availability asks for understanding; it exempts from nothing.',
    law: [
      { instrument: 'MARPOL', clause: 'regulations VI/3, VI/4, VI/11, VI/17 and VI/18' },
      { instrument: 'Resolution MEPC.320(74)' },
    ],
    record: { one: 'Notification', many: 'Notifications' },
    table: 'annex_vi',
    reference: { prefix: 'AVI', yearOf: 'notified_on' },
    label: ['kind', 'country', 'notified_on'],
    fields: {
      country: state('State', { required: true }),
      kind: choice(
        'Kind',
        {
          'non-availability': 'Compliant fuel not available (FONAR)',
          'non-compliant-fuel': 'Fuel delivered out of specification',
          'local-supplier': 'Local supplier of fuel oil',
          equivalent: 'Equivalent arrangement',
          trial: 'Trial of technology',
          'washwater-rule': 'Rule on discharge of washwater',
          'reception-facility': 'Reception facility lacking',
          'nox-engine': 'Engine approved under tier III',
          'energy-rating': 'Energy efficiency and carbon intensity',
        },
        { required: true },
      ),
      regulation: text('Regulation', { most: 60 }),
      notified_on: day('Notified on', { notAfter: 'today', required: true }),
      ship: reference('Ship', 'ship'),
      ship_name: text('Name of the ship', { most: 120 }),
      port_state: state('Port State'),
      port: locode('Port'),
      supplier: text('Supplier', { most: 200 }),
      fuel: choice('Fuel', {
        hfo: 'Heavy fuel oil',
        lfo: 'Light fuel oil',
        mdo: 'Diesel or gas oil',
        vlsfo: 'Very low sulphur fuel oil',
        lng: 'Liquefied natural gas',
        methanol: 'Methanol',
        other: 'Other fuel',
      }),
      sulphur: amount('Sulphur', { most: 10, decimals: 3, unit: '%' }),
      quantity: amount('Quantity', { most: 100_000, unit: 't' }),
      holds: period('Holds'),
      attempts: lines('What was tried to obtain compliant fuel', { most: 3000 }),
      description: lines('Description', { most: 4000, required: true }),
      answer: lines('Answer of the port State', { most: 3000, filledBy: ['answer'] }),
      document: file('Document'),
      filed_by: text('Filed by the organization', {
        most: 100,
        seenBy: 'own-state',
        help: 'The account of the recognized organization that filed it.',
      }),
    },
    groups: [
      {
        title: 'The notification',
        fields: ['country', 'kind', 'regulation', 'notified_on', 'holds', 'description', 'document', 'filed_by'],
      },
      { title: 'Ship and port', fields: ['ship', 'ship_name', 'port_state', 'port'] },
      { title: 'Fuel', fields: ['supplier', 'fuel', 'sulphur', 'quantity', 'attempts', 'answer'] },
    ],
    owner: { stateIn: 'country' },
    writers: ['officer', 'recognized-organization', 'secretariat'],
    workflow: {
      states: { notified: 'Notified', answered: 'Answered', withdrawn: 'Withdrawn' },
      acts: {
        answer: {
          title: 'Answer',
          from: ['notified'],
          to: 'answered',
          by: [{ officerOf: 'port_state' }],
          needs: ['answer'],
          tells: ['own-state', 'secretariat'],
        },
        withdraw: {
          title: 'Withdraw',
          from: ['notified'],
          to: 'withdrawn',
          by: ['officer', 'secretariat'],
          tells: ['secretariat', { stateIn: 'port_state' }],
        },
      },
    },
    list: {
      columns: ['notified_on', 'kind', 'country', 'ship_name', 'port_state', 'fuel'],
      facets: ['kind', 'country', 'port_state', 'fuel'],
      sorts: ['-notified_on', 'country', 'ship_name'],
      search: ['ship_name', 'supplier', 'description'],
    },
    charts: [{ title: 'Notifications a year', by: { year: 'notified_on' }, split: 'kind' }],
    checks: ['annex-vi-fonar', 'locode-of-port-state'],
    organizations: { functions: ['marpol-vi'], filedBy: 'filed_by' },
    alike: [['country', 'kind', 'ship_name', 'notified_on']],
  },
  annexViWords,
);
