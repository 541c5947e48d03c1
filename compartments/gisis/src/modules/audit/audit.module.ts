import { defineModule } from '#declaration/define-module.rules.ts';
import { choice, choices, day, file, lines, state, text, whole } from '#declaration/field.rules.ts';
import { auditWords } from './audit.words.ts';

/** Audits of Member States. Only the audited State releases more than the summary. */
export const audit = defineModule(
  {
    name: 'audit',
    title: 'Member State audits',
    about:
      'Audits of Member States under the III Code. The executive summary is for all Member States; reports, findings and corrective action plans stay with the audited State until it releases them.',
    law: [
      { instrument: 'III Code', clause: 'resolution A.1070(28)' },
      { instrument: 'Resolution A.1067(28)', clause: 'Framework and Procedures, paragraphs 6.3 and 7.4' },
    ],
    record: { one: 'Audit', many: 'Audits' },
    table: 'audit',
    reference: { prefix: 'AUD', yearOf: 'begun_on' },
    label: ['country', 'begun_on'],
    fields: {
      country: state('Audited State', { required: true }),
      begun_on: day('Begun on', { required: true }),
      ended_on: day('Ended on'),
      scope: choices('Instruments audited', {
        solas: 'SOLAS',
        marpol: 'MARPOL',
        stcw: 'STCW',
        'load-lines': 'Load Lines',
        tonnage: 'Tonnage',
        colreg: 'COLREG',
      }),
      duties: choices('Acts as', { flag: 'Flag State', port: 'Port State', coastal: 'Coastal State' }),
      summary: lines('Executive summary', { most: 20_000, seenBy: 'members' }),
      release: choices(
        'Released by the audited State',
        { report: 'Final report', findings: 'Findings', plan: 'Corrective action plan', comments: 'Comments on progress' },
        { seenBy: 'members', filledBy: ['release'] },
      ),
      release_to: choice(
        'Released to',
        { members: 'Member States', public: 'The public' },
        { seenBy: 'members', filledBy: ['release'] },
      ),
      report: file('Final report', { seenBy: 'own-state', mostBytes: 31_457_280 }),
      findings_count: whole('Findings', { most: 1000, seenBy: 'own-state' }),
      observations_count: whole('Observations', { most: 1000, seenBy: 'own-state' }),
      findings: lines('Text of the findings', { most: 20_000, seenBy: 'own-state' }),
      plan: lines('Corrective action plan', { most: 20_000, seenBy: 'own-state', filledBy: ['send-plan'] }),
      plan_due: day('Corrective action plan due on', { seenBy: 'own-state' }),
      plan_sent: day('Corrective action plan sent on', { seenBy: 'own-state', filledBy: ['send-plan'] }),
      comments: lines('Comments on progress', { most: 20_000, seenBy: 'own-state' }),
      team: text('Audit team', { most: 300, seenBy: 'own-state' }),
    },
    groups: [
      { title: 'The audit', fields: ['country', 'begun_on', 'ended_on', 'scope', 'duties', 'team'] },
      { title: 'Summary', fields: ['summary'] },
      { title: 'Released by the audited State', fields: ['release', 'release_to'] },
      { title: 'Report and findings', fields: ['report', 'findings_count', 'observations_count', 'findings'] },
      { title: 'Corrective action', fields: ['plan', 'plan_due', 'plan_sent', 'comments'] },
    ],
    owner: { stateIn: 'country' },
    writers: ['secretariat'],
    workflow: {
      states: { planned: 'Planned', 'under-way': 'Under way', reported: 'Reported', closed: 'Closed' },
      acts: {
        begin: { title: 'Begin', from: ['planned'], to: 'under-way', by: ['secretariat'], tells: ['own-state'] },
        report: {
          title: 'File the report',
          from: ['under-way'],
          to: 'reported',
          by: ['secretariat'],
          needs: ['summary', 'plan_due'],
          tells: ['own-state', 'every-state'],
        },
        'send-plan': {
          title: 'Send the corrective action plan',
          from: ['reported'],
          to: 'reported',
          by: ['officer'],
          needs: ['plan', 'plan_sent'],
          tells: ['secretariat'],
        },
        release: {
          title: 'Release',
          from: ['reported', 'closed'],
          to: 'closed',
          by: ['officer'],
          needs: ['release', 'release_to'],
          tells: ['secretariat', 'every-state'],
        },
        close: { title: 'Close', from: ['reported'], to: 'closed', by: ['secretariat'], tells: ['own-state'] },
      },
    },
    list: {
      columns: ['country', 'begun_on', 'ended_on', 'scope'],
      facets: ['country', 'scope'],
      sorts: ['-begun_on', 'country'],
      search: ['summary'],
    },
    checks: ['audit-days'],
    release: {
      choose: 'release',
      to: 'release_to',
      opens: {
        report: ['report'],
        findings: ['findings', 'findings_count', 'observations_count'],
        plan: ['plan', 'plan_sent'],
        comments: ['comments'],
      },
    },
    duties: [
      {
        name: 'send-plan',
        title: 'Send the corrective action plan',
        owedBy: 'own-state',
        from: 'plan_due',
        due: { days: 0 },
        until: { filled: 'plan_sent' },
        source: { instrument: 'Resolution A.1067(28)' },
      },
    ],
    unique: [['country', 'begun_on']],
  },
  auditWords,
);
