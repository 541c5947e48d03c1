import { defineModule } from '#declaration/define-module.rules.ts';
import { choice, companyNumber, link, state, text } from '#declaration/field.rules.ts';
import { companyWords } from './company.words.ts';

/** Companies and registered owners of ships. */
export const company = defineModule(
  {
    name: 'company',
    title: 'Companies and registered owners',
    about:
      'Companies that answer for the safe operation of ships, and registered owners, by the number that each keeps for ever. The supplier of the data files and changes them.',
    law: [{ instrument: 'SOLAS', clause: 'regulation XI-1/3-1' }, { instrument: 'Resolution MSC.160(78)' }],
    record: { one: 'Company', many: 'Companies' },
    table: 'company',
    reference: { field: 'company_number' },
    label: ['name', 'company_number'],
    fields: {
      company_number: companyNumber('Company number', {
        required: true,
        help: 'Seven digits; a zero at the beginning belongs to it.',
      }),
      name: text('Name', { most: 200, required: true, effective: true }),
      country: state('Country of registration', { effective: true }),
      address: text('Address', { most: 300, effective: true, seenBy: 'members' }),
      status: choice('Status', { active: 'Active', dissolved: 'Dissolved', unknown: 'Unknown' }, { effective: true }),
      website: link('Website'),
    },
    groups: [{ title: 'Identity', fields: ['company_number', 'name', 'country', 'address', 'status', 'website'] }],
    owner: 'secretariat',
    writers: ['supplier', 'secretariat'],
    list: {
      columns: ['company_number', 'name', 'country', 'status'],
      facets: ['country', 'status'],
      sorts: ['name', 'company_number'],
      search: ['name', 'company_number'],
    },
    charts: [{ title: 'Companies by country', by: { field: 'country' } }],
    alike: [['name', 'country']],
  },
  companyWords,
);
