import { defineModule } from '#declaration/define-module.rules.ts';
import { choice, day, file, lines, state, text } from '#declaration/field.rules.ts';
import { notified } from '#modules/life.rules.ts';
import { equipmentWords } from './equipment.words.ts';

/** Equipment that was type-approved against pollution, and anti-fouling systems. */
export const equipment = defineModule(
  {
    name: 'equipment',
    title: 'Pollution prevention equipment and anti-fouling systems',
    about:
      'Equipment that Administrations have type-approved under MARPOL and the ballast water convention, and anti-fouling systems whose use they have permitted, prohibited or restricted.',
    law: [
      { instrument: 'MARPOL', clause: 'regulations I/14, I/31, I/32, IV/9 and VI/4' },
      { instrument: 'AFS Convention', clause: 'article 9' },
      { instrument: 'Resolution MEPC.107(49)' },
    ],
    record: { one: 'Approval', many: 'Approvals' },
    table: 'equipment',
    reference: { prefix: 'EQU' },
    label: ['product', 'maker'],
    fields: {
      country: state('State', { required: true }),
      kind: choice(
        'Kind',
        {
          'oily-water-separator': 'Oily-water separating equipment',
          'oil-content-meter': 'Oil content meter',
          'oil-discharge-monitor': 'Oil discharge monitoring',
          'interface-detector': 'Oil and water interface detector',
          sewage: 'Sewage treatment plant',
          incinerator: 'Incinerator',
          'exhaust-gas-cleaning': 'Exhaust gas cleaning system',
          'ballast-water': 'Ballast water management system',
          'anti-fouling': 'Anti-fouling system',
        },
        { required: true },
      ),
      product: text('Type or name of the product', { most: 200, required: true }),
      maker: text('Manufacturer', { most: 200, required: true }),
      maker_country: state('State of the manufacturer'),
      certificate_number: text('Number of the certificate', { most: 100 }),
      approved_on: day('Approved on', { notAfter: 'today', required: true }),
      valid_until: day('Valid until'),
      standard: text('Standard', { most: 200, help: 'The resolution against which it was tested.' }),
      capacity: text('Capacity', { most: 200 }),
      substances: lines('Active substances', { most: 1000 }),
      limits: lines('Limits of the approval', { most: 2000 }),
      certificate: file('Certificate'),
      filed_by: text('Filed by the organization', {
        most: 100,
        seenBy: 'own-state',
        help: 'The account of the recognized organization that filed it.',
      }),
    },
    groups: [
      { title: 'The product', fields: ['kind', 'product', 'maker', 'maker_country', 'capacity', 'substances'] },
      {
        title: 'The approval',
        fields: ['country', 'certificate_number', 'standard', 'approved_on', 'valid_until', 'limits', 'certificate', 'filed_by'],
      },
    ],
    owner: { stateIn: 'country' },
    writers: ['officer', 'recognized-organization', 'secretariat'],
    workflow: notified(['officer', 'secretariat']),
    list: {
      columns: ['product', 'maker', 'kind', 'country', 'approved_on', 'valid_until'],
      facets: ['kind', 'country', 'maker_country'],
      sorts: ['product', 'maker', '-approved_on', '-valid_until'],
      search: ['product', 'maker', 'certificate_number', 'substances'],
    },
    charts: [{ title: 'Approvals a year', by: { year: 'approved_on' }, split: 'kind' }],
    checks: ['approval-days'],
    organizations: { functions: ['marpol-i', 'marpol-iv', 'marpol-v', 'marpol-vi', 'afs', 'bwm'], filedBy: 'filed_by' },
    alike: [['country', 'product', 'maker']],
  },
  equipmentWords,
);
