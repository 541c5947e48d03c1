import { defineModule } from '#declaration/define-module.rules.ts';
import { choice, day, file, lines, link, reference, state } from '#declaration/field.rules.ts';
import { casualtyWords } from './casualty.words.ts';

/** One State's investigation of a casualty; each State with an interest keeps its own. */
export const casualtyInvestigation = defineModule(
  {
    name: 'casualty-investigation',
    title: 'Casualty investigations',
    about:
      'Investigations of casualties by flag States, coastal States and others with an interest, alone or together, and their reports.',
    law: [{ instrument: 'Casualty Investigation Code', clause: 'chapters 6, 7, 10 and 14' }],
    record: { one: 'Investigation', many: 'Investigations' },
    table: 'casualty_investigation',
    reference: { prefix: 'INV' },
    label: ['investigating_state', 'casualty'],
    partOf: 'casualty',
    fields: {
      casualty: reference('Casualty', 'casualty', { required: true }),
      investigating_state: state('Investigating State', { required: true }),
      interest: choice('Its interest', {
        flag: 'Flag State',
        coastal: 'Coastal State',
        nationals: 'State of those who died or were injured',
        environment: 'State whose environment was harmed',
        other: 'Other interest',
      }),
      part: choice(
        'Its part',
        { leads: 'Leads', together: 'Takes part', alone: 'Investigates alone', none: 'Does not investigate' },
        { required: true },
      ),
      begun_on: day('Begun on', { notAfter: 'today', required: true }),
      interim_on: day('Interim report sent on', { notAfter: 'today' }),
      reported_on: day('Final report sent on', { notAfter: 'today' }),
      report: file('Report'),
      report_link: link('Report on the web'),
      findings: lines('Findings', { most: 8000 }),
      lessons: lines('Lessons learned', { most: 4000 }),
      reason: lines('Why it is not investigated', { most: 2000 }),
    },
    groups: [
      {
        title: 'Who investigates',
        fields: ['casualty', 'investigating_state', 'interest', 'part', 'begun_on', 'reason'],
      },
      { title: 'The report', fields: ['interim_on', 'reported_on', 'report', 'report_link', 'findings', 'lessons'] },
    ],
    owner: { stateIn: 'investigating_state' },
    writers: ['officer', 'secretariat'],
    workflow: {
      states: { open: 'Under way', reported: 'Reported', withdrawn: 'Withdrawn' },
      acts: {
        report: {
          title: 'Send the final report',
          from: ['open'],
          to: 'reported',
          by: ['officer'],
          needs: ['reported_on', 'findings'],
          tells: ['secretariat', 'every-state'],
        },
        reopen: { title: 'Reopen', from: ['reported'], to: 'open', by: ['officer'], tells: ['secretariat'] },
        withdraw: { title: 'Withdraw', from: ['open'], to: 'withdrawn', by: ['officer', 'secretariat'], tells: ['secretariat'] },
      },
    },
    list: {
      columns: ['casualty', 'investigating_state', 'part', 'begun_on', 'reported_on'],
      facets: ['investigating_state', 'part', 'interest'],
      sorts: ['-begun_on', '-reported_on'],
      search: ['findings', 'lessons'],
    },
    checks: ['investigation-days'],
    unique: [['casualty', 'investigating_state']],
  },
  casualtyWords,
);
