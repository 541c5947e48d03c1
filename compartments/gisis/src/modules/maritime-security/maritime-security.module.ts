import { defineModule } from '#declaration/define-module.rules.ts';
import { choice, choices, day, locode, position, state, text, yesNo } from '#declaration/field.rules.ts';
import { notified } from '#modules/life.rules.ts';
import { maritimeSecurityWords } from './maritime-security.words.ts';

/** Port facilities with their security plans. Officers' names and lines are personal data: by role only. */
export const maritimeSecurity = defineModule(
  {
    name: 'maritime-security',
    title: 'Maritime security',
    about:
      'Port facilities within the ISPS Code: whether each has an approved security plan, since when, and a statement of compliance. Contracting Governments keep their own and may file many at once.',
    law: [{ instrument: 'SOLAS', clause: 'regulation XI-2/13' }, { instrument: 'ISPS Code' }],
    record: { one: 'Port facility', many: 'Port facilities' },
    table: 'port_facility',
    reference: { field: 'facility_number' },
    label: ['name', 'facility_number'],
    fields: {
      facility_number: text('Facility number', {
        most: 10,
        required: true,
        help: 'UN/LOCODE, a hyphen and four digits, such as CAVAN-0022; 0000 is the whole port.',
      }),
      name: text('Name', { most: 200, required: true }),
      other_names: text('Other names', { most: 300 }),
      country: state('State', { required: true }),
      port: locode('Port', { required: true }),
      port_name: text('Name of the port', { most: 200 }),
      position: position('Position'),
      kinds: choices('What it handles', {
        bulk: 'Bulk cargo',
        container: 'Containers',
        general: 'General cargo',
        oil: 'Oil and products',
        chemical: 'Chemicals',
        gas: 'Gas',
        passenger: 'Passengers',
        'ro-ro': 'Ro-ro',
        offshore: 'Offshore supply',
        repair: 'Repair and lay-by',
        other: 'Other',
      }),
      plan_approved: yesNo('Security plan approved', { required: true }),
      approved_on: day('Plan approved on', { notAfter: 'today' }),
      reviewed_on: day('Plan last reviewed on', { notAfter: 'today' }),
      withdrawn_on: day('Plan withdrawn on', { notAfter: 'today' }),
      compliance_issued_on: day('Statement of compliance issued on', { notAfter: 'today' }),
      compliance_until: day('Statement of compliance valid until'),
      security_level: choice(
        'Security level',
        { one: 'Level 1', two: 'Level 2', three: 'Level 3' },
        { effective: true, seenBy: 'members' },
      ),
      alternative: text('Alternative or equivalent arrangement', { most: 500, help: 'SOLAS regulations XI-2/11 and XI-2/12.' }),
      officer: text('Port facility security officer', { most: 200, seenBy: 'own-state' }),
      officer_telephone: text('Telephone of the officer', { most: 60, seenBy: 'own-state' }),
      officer_email: text('E-mail of the officer', { most: 200, seenBy: 'own-state' }),
      contact: text('Contact for ships', { most: 300, seenBy: 'members' }),
    },
    groups: [
      {
        title: 'The facility',
        fields: ['facility_number', 'name', 'other_names', 'country', 'port', 'port_name', 'position', 'kinds'],
      },
      {
        title: 'The plan',
        fields: [
          'plan_approved',
          'approved_on',
          'reviewed_on',
          'withdrawn_on',
          'compliance_issued_on',
          'compliance_until',
          'security_level',
          'alternative',
        ],
      },
      { title: 'Contacts', fields: ['contact', 'officer', 'officer_telephone', 'officer_email'] },
    ],
    owner: { stateIn: 'country' },
    writers: ['officer', 'secretariat'],
    workflow: notified(['officer', 'secretariat']),
    list: {
      columns: ['facility_number', 'name', 'country', 'port_name', 'plan_approved', 'compliance_until'],
      facets: ['country', 'kinds', 'plan_approved', 'port'],
      sorts: ['facility_number', 'name', 'country', '-compliance_until'],
      search: ['name', 'other_names', 'port_name', 'facility_number'],
    },
    map: { position: 'position', colour: 'plan_approved' },
    charts: [{ title: 'Facilities by State', by: { field: 'country' }, split: 'plan_approved' }],
    checks: ['facility-number', 'locode-of-country', 'position-near-country', 'facility-days'],
    duties: [
      {
        title: 'Renew the statement of compliance',
        owedBy: 'own-state',
        from: 'compliance_until',
        withinDays: 0,
        until: { leaves: ['current'] },
        source: { instrument: 'ISPS Code', clause: 'B/16.62' },
      },
      {
        title: 'Review the approval of the security plan',
        owedBy: 'own-state',
        from: 'reviewed_on',
        withinDays: 1826,
        until: { leaves: ['current'] },
        source: { instrument: 'SOLAS', clause: 'regulation XI-2/13.4' },
      },
    ],
    alike: [['port', 'name']],
  },
  maritimeSecurityWords,
);
