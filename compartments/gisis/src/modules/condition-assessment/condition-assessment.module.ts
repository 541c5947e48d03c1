import { defineModule } from '#declaration/define-module.rules.ts';
import { choice, day, file, lines, reference, state, text } from '#declaration/field.rules.ts';
import { conditionAssessmentWords } from './condition-assessment.words.ts';

/** Statements of compliance with the Condition Assessment Scheme for single-hull tankers. */
export const conditionAssessment = defineModule(
  {
    name: 'condition-assessment',
    title: 'Condition Assessment Scheme',
    about:
      'Statements of compliance that flag States issued, suspended, withdrew or refused for single-hull oil tankers under the Condition Assessment Scheme. Parties to MARPOL see them.',
    law: [
      { instrument: 'MARPOL', clause: 'regulations I/20 and I/21' },
      { instrument: 'Resolution MEPC.94(46)', clause: 'section 14' },
    ],
    record: { one: 'Statement of compliance', many: 'Statements of compliance' },
    table: 'condition_assessment',
    reference: { prefix: 'SOC' },
    label: ['ship_name', 'flag'],
    fields: {
      flag: state('Flag State', { required: true }),
      ship: reference('Ship', 'ship', { required: true }),
      ship_name: text('Name of the ship', { most: 120, required: true }),
      category: choice('Category of the tanker', { '2': 'Category 2', '3': 'Category 3' }),
      delivered_on: day('Day of delivery'),
      decision: choice(
        'Decision',
        {
          issued: 'Issued',
          interim: 'Interim statement issued',
          suspended: 'Suspended',
          withdrawn: 'Withdrawn',
          refused: 'Refused',
        },
        { required: true, effective: true, seenBy: 'members' },
      ),
      decided_on: day('Decided on', { notAfter: 'today', required: true, seenBy: 'members' }),
      valid_until: day('Valid until', { seenBy: 'members' }),
      organization: text('Recognized organization', { most: 200, seenBy: 'members' }),
      reasons: lines('Reasons', { most: 3000, seenBy: 'members' }),
      report: file('Final report', { seenBy: 'members' }),
      filed_by: text('Filed by the organization', {
        most: 100,
        seenBy: 'own-state',
        help: 'The account of the recognized organization that filed it.',
      }),
    },
    groups: [
      { title: 'The ship', fields: ['flag', 'ship', 'ship_name', 'category', 'delivered_on'] },
      {
        title: 'The decision',
        fields: ['decision', 'decided_on', 'valid_until', 'organization', 'reasons', 'report', 'filed_by'],
      },
    ],
    owner: { stateIn: 'flag' },
    writers: ['officer', 'recognized-organization', 'secretariat'],
    workflow: {
      states: { issued: 'Issued', suspended: 'Suspended', withdrawn: 'Withdrawn', refused: 'Refused' },
      acts: {
        suspend: {
          title: 'Suspend',
          from: ['issued'],
          to: 'suspended',
          by: ['officer'],
          needs: ['reasons'],
          tells: ['secretariat', 'every-state'],
        },
        reinstate: {
          title: 'Reinstate',
          from: ['suspended'],
          to: 'issued',
          by: ['officer'],
          tells: ['secretariat', 'every-state'],
        },
        withdraw: {
          title: 'Withdraw',
          from: ['issued', 'suspended'],
          to: 'withdrawn',
          by: ['officer'],
          needs: ['reasons'],
          tells: ['secretariat', 'every-state'],
        },
        refuse: {
          title: 'Refuse',
          from: ['issued'],
          to: 'refused',
          by: ['officer'],
          needs: ['reasons'],
          tells: ['secretariat', 'every-state'],
        },
      },
    },
    list: {
      columns: ['ship_name', 'flag', 'decision', 'decided_on', 'valid_until'],
      facets: ['flag', 'decision', 'category'],
      sorts: ['-decided_on', 'ship_name', '-valid_until'],
      search: ['ship_name', 'organization'],
    },
    checks: ['assessment-days'],
    organizations: { functions: ['cas'], filedBy: 'filed_by' },
    partiesTo: 'MARPOL',
  },
  conditionAssessmentWords,
);
