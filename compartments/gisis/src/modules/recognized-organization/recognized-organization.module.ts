import { defineModule } from '#declaration/define-module.rules.ts';
import { choices, day, file, lines, link, period, state, text, yesNo } from '#declaration/field.rules.ts';
import { notified } from '#modules/life.rules.ts';
import { recognizedOrganizationWords } from './recognized-organization.words.ts';

/** Which State has authorised which organization to do what on its behalf: one record for each State and organization. */
export const recognizedOrganization = defineModule(
  {
    name: 'recognized-organization',
    title: 'Recognized organizations',
    about:
      'Organizations that States have authorised to survey and certify on their behalf, and for which functions under which instruments. Each State keeps its own; together they make the matrix of States, organizations and functions.',
    law: [
      { instrument: 'SOLAS', clause: 'regulations I/6 and XI-1/1' },
      { instrument: 'RO Code', clause: 'resolutions MSC.349(92) and MEPC.237(65)' },
    ],
    record: { one: 'Authorization', many: 'Authorizations' },
    table: 'recognized_organization',
    reference: { prefix: 'RO' },
    label: ['organization', 'country'],
    fields: {
      country: state('State', { required: true }),
      organization: text('Organization', { most: 200, required: true }),
      abbreviation: text('Abbreviation', { most: 20 }),
      functions: choices(
        'Authorised for',
        {
          'passenger-safety': 'Passenger ship safety',
          'cargo-construction': 'Cargo ship safety construction',
          'cargo-equipment': 'Cargo ship safety equipment',
          'cargo-radio': 'Cargo ship safety radio',
          'load-line': 'Load lines',
          tonnage: 'Tonnage measurement',
          ism: 'ISM: safety management',
          isps: 'ISPS: security certificates',
          mlc: 'Maritime labour',
          'marpol-i': 'MARPOL Annex I',
          'marpol-ii': 'MARPOL Annex II',
          'marpol-iv': 'MARPOL Annex IV',
          'marpol-v': 'MARPOL Annex V',
          'marpol-vi': 'MARPOL Annex VI',
          afs: 'Anti-fouling systems',
          bwm: 'Ballast water management',
          igc: 'Gas carriers (IGC Code)',
          ibc: 'Chemical tankers (IBC Code)',
          imsbc: 'Solid bulk cargoes',
          grain: 'Grain',
          hsc: 'High-speed craft',
          polar: 'Polar Code',
          cas: 'Condition Assessment Scheme',
        },
        { required: true },
      ),
      may_issue: yesNo('May issue full-term certificates'),
      may_file: yesNo('May file records here for the State'),
      delegation: text('Account of the organization', {
        most: 100,
        seenBy: 'members',
        help: 'The code under which its people sign in, such as ngo-abc. Who signs in under it may file for the State within the functions above.',
      }),
      valid: period('Valid'),
      agreement: file('Agreement'),
      agreement_on: day('Agreement of', { notAfter: 'today' }),
      limits: lines('Limits of the authorization', { most: 3000 }),
      oversight: lines('How the State oversees it', { most: 3000, seenBy: 'members' }),
      website: link('Website'),
    },
    groups: [
      { title: 'Who and for whom', fields: ['country', 'organization', 'abbreviation', 'website'] },
      { title: 'Functions', fields: ['functions', 'may_issue', 'may_file', 'delegation', 'limits'] },
      { title: 'Agreement', fields: ['valid', 'agreement_on', 'agreement', 'oversight'] },
    ],
    owner: { stateIn: 'country' },
    writers: ['officer', 'secretariat'],
    workflow: notified(['officer', 'secretariat'], ['secretariat', 'every-state']),
    list: {
      columns: ['country', 'organization', 'functions', 'valid'],
      facets: ['country', 'functions', 'may_issue'],
      sorts: ['country', 'organization'],
      search: ['organization', 'abbreviation'],
    },
    charts: [{ title: 'Authorizations by function', by: { field: 'functions' } }],
    unique: [
      ['country', 'organization'],
      ['delegation', 'country'],
    ],
    checks: ['filing-account'],
    pages: [
      {
        name: 'matrix',
        title: 'States, organizations and functions',
        about:
          'Which State has authorised which organization to do what, on any day. Pick a State, an organization or a function to see the others.',
      },
    ],
  },
  recognizedOrganizationWords,
);
