import { defineModule } from '#declaration/define-module.rules.ts';
import { amount, choice, day, file, lines, reference, state, whole } from '#declaration/field.rules.ts';
import { treatyWords } from './treaty.words.ts';

/** What one State did about one instrument: signature, deposit, withdrawal. */
export const treatyAction = defineModule(
  {
    name: 'treaty-action',
    title: 'Acts of States on treaties',
    about:
      'Signatures, deposits of instruments, declarations and withdrawals, each with its day and the day on which it takes effect.',
    law: [{ instrument: 'Vienna Convention on the Law of Treaties', clause: 'articles 11 to 24 and 54' }],
    record: { one: 'Act', many: 'Acts' },
    table: 'treaty_action',
    reference: { prefix: 'ACT', yearOf: 'done_on' },
    label: ['party', 'act', 'treaty'],
    partOf: 'treaty',
    fields: {
      treaty: reference('Instrument', 'treaty', { required: true }),
      party: state('State', { required: true }),
      act: choice(
        'Act',
        {
          signature: 'Signature',
          'definitive-signature': 'Signature without reservation as to ratification',
          ratification: 'Ratification',
          acceptance: 'Acceptance',
          approval: 'Approval',
          accession: 'Accession',
          succession: 'Succession',
          declaration: 'Declaration or reservation',
          extension: 'Extension to a territory',
          figures: 'Figures reported anew',
          withdrawal: 'Denunciation or withdrawal',
        },
        { required: true },
      ),
      done_on: day('Signed or deposited on', { notAfter: 'today', required: true }),
      effective_on: day('Effective on'),
      territory: state('Territory'),
      fleet: whole('Gross tonnage of its fleet on that day', { most: 1_000_000_000 }),
      ships: whole('Ships of its fleet on that day', { most: 1_000_000 }),
      world_fleet: whole('Gross tonnage of the world’s fleet on that day', { most: 100_000_000_000 }),
      cargo: amount('Contributing cargo', { most: 1_000_000_000, unit: 't' }),
      recycling: amount('Recycling capacity', { most: 1_000_000_000, unit: 'GT' }),
      text: lines('Text of the declaration or reservation', { most: 8000 }),
      instrument: file('Instrument deposited'),
    },
    groups: [
      { title: 'The act', fields: ['treaty', 'party', 'act', 'done_on', 'effective_on', 'territory', 'text', 'instrument'] },
      { title: 'What it counts for', fields: ['fleet', 'ships', 'world_fleet', 'cargo', 'recycling'] },
    ],
    owner: 'secretariat',
    writers: ['secretariat'],
    list: {
      columns: ['treaty', 'party', 'act', 'done_on', 'effective_on'],
      facets: ['party', 'act'],
      sorts: ['-done_on', 'party', '-effective_on'],
      search: ['text'],
    },
    charts: [{ title: 'Acts a year', by: { year: 'done_on' }, split: 'act' }],
    checks: ['treaty-action-days'],
    unique: [['treaty', 'party', 'act', 'done_on', 'territory']],
  },
  treatyWords,
);
