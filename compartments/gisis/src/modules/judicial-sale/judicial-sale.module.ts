import { defineModule } from '#declaration/define-module.rules.ts';
import { day, file, reference, state, text, yesNo } from '#declaration/field.rules.ts';
import { judicialSaleWords } from './judicial-sale.words.ts';

/** Notices and certificates of judicial sales of ships. */
export const judicialSale = defineModule(
  {
    name: 'judicial-sale',
    title: 'Judicial sales of ships',
    about:
      'Notices of judicial sales and certificates of judicial sale, with which a ship is sold free of charges. Courts and authorities of the State of sale send them to the repository.',
    law: [
      {
        instrument: 'Convention on the International Effects of Judicial Sales of Ships (Beijing, 2022)',
        clause: 'articles 4, 5 and 11',
      },
    ],
    record: { one: 'Judicial sale', many: 'Judicial sales' },
    table: 'judicial_sale',
    reference: { prefix: 'JUD', yearOf: 'notice_on' },
    label: ['ship_name', 'country'],
    fields: {
      country: state('State', { required: true }),
      ship: reference('Ship', 'ship'),
      ship_name: text('Name of the ship', { most: 120, required: true }),
      flag: state('Flag State', { required: true }),
      port_of_registry: text('Port of registry', { most: 120 }),
      owner_name: text('Owner immediately before the sale', { most: 200 }),
      court: text('Court or authority', { most: 200, required: true }),
      case_number: text('Number of the proceedings', { most: 100 }),
      notice_on: day('Notice given on', { notAfter: 'today', required: true }),
      sale_on: day('Day of the sale'),
      sale_place: text('Place of the sale', { most: 200 }),
      clean_title: yesNo('Clean title conferred'),
      purchaser: text('Purchaser', { most: 200 }),
      certificate_on: day('Certificate issued on', { notAfter: 'today' }),
      notice: file('Notice'),
      certificate: file('Certificate'),
    },
    groups: [
      { title: 'The ship', fields: ['ship', 'ship_name', 'flag', 'port_of_registry', 'owner_name'] },
      { title: 'The sale', fields: ['country', 'court', 'case_number', 'notice_on', 'sale_on', 'sale_place', 'notice'] },
      { title: 'Certificate', fields: ['clean_title', 'purchaser', 'certificate_on', 'certificate'] },
    ],
    owner: { stateIn: 'country' },
    writers: ['officer', 'secretariat'],
    workflow: {
      states: { noticed: 'Notice given', sold: 'Sold', avoided: 'Avoided or suspended', withdrawn: 'Withdrawn' },
      acts: {
        sell: {
          title: 'File the certificate',
          from: ['noticed'],
          to: 'sold',
          by: ['officer', 'secretariat'],
          needs: ['sale_on', 'certificate_on'],
          tells: [{ stateIn: 'flag' }, 'secretariat'],
        },
        avoid: {
          title: 'Mark as avoided or suspended',
          from: ['sold'],
          to: 'avoided',
          by: ['officer', 'secretariat'],
          tells: [{ stateIn: 'flag' }, 'secretariat'],
        },
        withdraw: {
          title: 'Withdraw',
          from: ['noticed'],
          to: 'withdrawn',
          by: ['officer', 'secretariat'],
          tells: [{ stateIn: 'flag' }, 'secretariat'],
        },
      },
    },
    list: {
      columns: ['notice_on', 'ship_name', 'flag', 'country', 'sale_on'],
      facets: ['country', 'flag', 'clean_title'],
      sorts: ['-notice_on', '-sale_on', 'ship_name'],
      search: ['ship_name', 'owner_name', 'court', 'case_number'],
    },
    checks: ['judicial-sale-days'],
    alike: [['ship_name', 'sale_on', 'country']],
  },
  judicialSaleWords,
);
