import { defineModule } from '#declaration/define-module.rules.ts';
import { amount, choice, day, file, lines, state, text } from '#declaration/field.rules.ts';
import { notified } from '#modules/life.rules.ts';
import { hookWords } from './hook.words.ts';

/** Evaluation of release and retrieval systems of lifeboats. */
export const hook = defineModule(
  {
    name: 'hook',
    title: 'Evaluation of hooks',
    about:
      'Release and retrieval systems of lifeboats that were evaluated: compliant, compliant after modification or not compliant.',
    law: [
      { instrument: 'SOLAS', clause: 'regulation III/1.5' },
      { instrument: 'MSC.1/Circ.1392' },
      { instrument: 'LSA Code', clause: 'paragraph 4.4.7.6' },
    ],
    record: { one: 'Evaluation', many: 'Evaluations' },
    table: 'hook',
    reference: { prefix: 'HOO' },
    label: ['hook_type', 'maker'],
    fields: {
      country: state('State', { required: true }),
      maker: text('Manufacturer', { most: 200, required: true }),
      hook_type: text('Type of hook', { most: 200, required: true }),
      maker_country: state('State of the manufacturer'),
      load: amount('Safe working load', { most: 1000, unit: 't' }),
      design: choice('Design', { 'on-load': 'On-load release', 'off-load': 'Off-load release only', both: 'Both' }),
      result: choice(
        'Result',
        { compliant: 'Compliant', modified: 'Compliant after modification', 'non-compliant': 'Not compliant' },
        { required: true, effective: true },
      ),
      modification: lines('Modification needed', { most: 2000 }),
      evaluated_on: day('Evaluated on', { notAfter: 'today', required: true }),
      organization: text('Recognized organization', { most: 200 }),
      report: file('Report'),
      filed_by: text('Filed by the organization', {
        most: 100,
        seenBy: 'own-state',
        help: 'The account of the recognized organization that filed it.',
      }),
    },
    groups: [
      { title: 'The hook', fields: ['maker', 'hook_type', 'maker_country', 'load', 'design'] },
      {
        title: 'The evaluation',
        fields: ['country', 'result', 'modification', 'evaluated_on', 'organization', 'report', 'filed_by'],
      },
    ],
    owner: { stateIn: 'country' },
    writers: ['officer', 'recognized-organization', 'secretariat'],
    workflow: notified(['officer', 'secretariat'], ['secretariat', 'every-state']),
    list: {
      columns: ['maker', 'hook_type', 'result', 'country', 'evaluated_on'],
      facets: ['result', 'maker_country', 'country', 'design'],
      sorts: ['maker', 'hook_type', '-evaluated_on'],
      search: ['maker', 'hook_type', 'organization'],
    },
    charts: [{ title: 'Evaluations by result', by: { field: 'result' } }],
    checks: ['hook-modification'],
    organizations: { functions: ['cargo-equipment', 'passenger-safety'], filedBy: 'filed_by' },
    alike: [['maker', 'hook_type']],
  },
  hookWords,
);
