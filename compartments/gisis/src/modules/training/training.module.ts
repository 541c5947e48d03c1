import { defineModule } from '#declaration/define-module.rules.ts';
import { choice, day, file, lines, link, period, state, states, text, whole } from '#declaration/field.rules.ts';
import { notified } from '#modules/life.rules.ts';
import { trainingWords } from './training.words.ts';

/** What Parties communicate under the STCW Convention. */
export const training = defineModule(
  {
    name: 'training',
    title: 'STCW: training, certification and watchkeeping',
    about:
      'What Parties to the STCW Convention communicate: independent evaluations, dispensations, the agreements by which they recognize certificates of others, and where certificates can be verified.',
    law: [
      { instrument: 'STCW Convention', clause: 'article IV and regulations I/7, I/8 and I/10' },
      { instrument: 'MSC.1/Circ.1164' },
    ],
    record: { one: 'Communication', many: 'Communications' },
    table: 'training',
    reference: { prefix: 'STC' },
    label: ['kind', 'country'],
    fields: {
      country: state('State', { required: true }),
      kind: choice(
        'Kind',
        {
          'initial-report': 'Initial communication',
          evaluation: 'Independent evaluation',
          recognition: 'Recognition of certificates',
          dispensations: 'Dispensations issued',
          equivalents: 'Equivalent arrangement',
          verification: 'Where certificates are verified',
          fraud: 'Fraudulent certificate',
        },
        { required: true },
      ),
      communicated_on: day('Communicated on', { notAfter: 'today', required: true }),
      period: period('Period covered'),
      recognized: states('States whose certificates are recognized'),
      count: whole('Number', { most: 1_000_000 }),
      certificate_number: text('Number of the certificate', { most: 100, seenBy: 'members' }),
      verify_link: link('Where certificates are verified'),
      verify_email: text('E-mail', { most: 200 }),
      outcome: choice('Outcome of the evaluation', {
        'full-effect': 'Full and complete effect given',
        pending: 'Under consideration',
        incomplete: 'More information asked for',
      }),
      summary: lines('Summary', { most: 6000 }),
      report: file('Report', { seenBy: 'members' }),
    },
    groups: [
      { title: 'The communication', fields: ['country', 'kind', 'communicated_on', 'period', 'summary', 'report', 'outcome'] },
      { title: 'Certificates', fields: ['recognized', 'count', 'certificate_number', 'verify_link', 'verify_email'] },
    ],
    owner: { stateIn: 'country' },
    writers: ['officer', 'secretariat'],
    workflow: notified(['officer', 'secretariat']),
    list: {
      columns: ['country', 'kind', 'communicated_on', 'outcome'],
      facets: ['kind', 'country', 'outcome', 'recognized'],
      sorts: ['-communicated_on', 'country'],
      search: ['summary', 'certificate_number'],
    },
    duties: [
      {
        name: 'evaluate',
        title: 'Communicate the next independent evaluation',
        owedBy: 'own-state',
        from: 'communicated_on',
        due: { days: 1826 },
        until: { leaves: ['current'] },
        where: { field: 'kind', among: ['evaluation'] },
        source: { instrument: 'STCW Convention', clause: 'regulation I/8' },
      },
    ],
    alike: [['country', 'kind', 'communicated_on']],
  },
  trainingWords,
);
