import { defineModule } from '#declaration/define-module.rules.ts';
import { amount, choice, lines, link, text, yesNo } from '#declaration/field.rules.ts';
import { published } from '#modules/life.rules.ts';
import { ballastChemicalWords } from './ballast-chemical.words.ts';

/** Chemicals used or formed by ballast water treatment. */
export const ballastChemical = defineModule(
  {
    name: 'ballast-chemical',
    title: 'Ballast water chemicals',
    about:
      'Active substances and chemicals that form when ballast water is treated: their properties and effects, as used to assess treatment systems.',
    law: [
      { instrument: 'BWM Convention', clause: 'regulation D-3' },
      { instrument: 'Procedure (G9)', clause: 'resolution MEPC.169(57)' },
    ],
    record: { one: 'Chemical', many: 'Chemicals' },
    table: 'ballast_chemical',
    reference: { prefix: 'BWC' },
    label: ['name', 'cas_number'],
    fields: {
      name: text('Name', { most: 300, required: true }),
      cas_number: text('CAS number', { most: 12, help: 'Such as 75-25-2.' }),
      formula: text('Formula', { most: 100 }),
      role: choice(
        'Role',
        { active: 'Active substance', 'by-product': 'By-product of treatment', neutralizer: 'Neutralizer', other: 'Other' },
        { required: true },
      ),
      molar_mass: amount('Molar mass', { most: 10_000, decimals: 3, unit: 'g/mol' }),
      melting_point: amount('Melting point', { least: -273, most: 5000, decimals: 1, unit: '°C' }),
      boiling_point: amount('Boiling point', { least: -273, most: 6000, decimals: 1, unit: '°C' }),
      log_kow: amount('Log Kow', { least: -20, most: 20, unit: '' }),
      pnec: amount('Concentration without predicted effect', { most: 1_000_000, decimals: 6, unit: 'µg/L' }),
      dnel: amount('Level without derived effect', { most: 1_000_000, decimals: 6, unit: 'mg/kg/d' }),
      carcinogenic: yesNo('Carcinogenic'),
      mutagenic: yesNo('Mutagenic'),
      reprotoxic: yesNo('Toxic for reproduction'),
      persistent: yesNo('Persistent'),
      bioaccumulative: yesNo('Bioaccumulative'),
      toxic: yesNo('Toxic'),
      remarks: lines('Remarks', { most: 3000 }),
      more: link('Source'),
    },
    groups: [
      {
        title: 'The chemical',
        fields: ['name', 'cas_number', 'formula', 'role', 'molar_mass', 'melting_point', 'boiling_point', 'log_kow'],
      },
      {
        title: 'Effects',
        fields: [
          'pnec',
          'dnel',
          'carcinogenic',
          'mutagenic',
          'reprotoxic',
          'persistent',
          'bioaccumulative',
          'toxic',
          'remarks',
          'more',
        ],
      },
    ],
    owner: 'secretariat',
    writers: ['secretariat'],
    workflow: published(['secretariat']),
    list: {
      columns: ['name', 'cas_number', 'role', 'pnec', 'persistent'],
      facets: ['role', 'carcinogenic', 'persistent', 'bioaccumulative', 'toxic'],
      sorts: ['name', 'cas_number', '-pnec'],
      search: ['name', 'cas_number', 'formula'],
    },
    checks: ['cas-number'],
    unique: [['cas_number']],
  },
  ballastChemicalWords,
);
