import { defineModule } from '#declaration/define-module.rules.ts';
import { choice, choices, lines, locode, moment, position, state, text, whole, yesNo } from '#declaration/field.rules.ts';
import { casualtyWords } from './casualty.words.ts';

/** Marine casualties and incidents. How severe one is follows from what came of it (casualty.rules.ts). */
export const casualty = defineModule(
  {
    name: 'casualty',
    title: 'Marine casualties and incidents',
    about:
      'What happened to ships, people and the sea, as flag and coastal States report it, with the ships that were involved and the investigations of the States with an interest. How severe it was is decided from its outcomes by the rules of the Casualty Investigation Code.',
    law: [
      { instrument: 'SOLAS', clause: 'regulations I/21 and XI-1/6' },
      { instrument: 'Casualty Investigation Code', clause: 'resolution MSC.255(84), chapters 2, 6 and 14' },
      { instrument: 'MSC-MEPC.3/Circ.4/Rev.1' },
    ],
    record: { one: 'Casualty', many: 'Casualties' },
    table: 'casualty',
    reference: { prefix: 'CAS', yearOf: 'happened_at' },
    label: ['title', 'happened_at'],
    fields: {
      title: text('In a few words', { most: 200, required: true }),
      happened_at: moment('Date and time', {
        required: true,
        notAfter: 'now',
        help: 'With its zone; the record keeps it in UTC.',
      }),
      position: position('Position'),
      place: text('Place', { most: 300 }),
      port: locode('Port'),
      waters: choice('Where', {
        'high-seas': 'High seas',
        'exclusive-economic-zone': 'Exclusive economic zone',
        territorial: 'Territorial waters',
        internal: 'Internal waters',
        port: 'Port area',
      }),
      coastal_state: state('Coastal State'),
      event: choice(
        'Event',
        {
          collision: 'Collision',
          stranding: 'Stranding or grounding',
          contact: 'Contact',
          fire: 'Fire or explosion',
          'hull-failure': 'Hull failure or failure of watertight doors and ports',
          machinery: 'Machinery damage',
          'ship-equipment': 'Damage to ship or equipment',
          capsizing: 'Capsizing or listing',
          missing: 'Missing: assumed lost',
          flooding: 'Flooding or foundering',
          'person-overboard': 'Person overboard',
          'work-on-board': 'Accident at work on board',
          'life-saving': 'Accident with life-saving appliances',
          cargo: 'Cargo shift or loss',
          other: 'Other event',
        },
        { required: true },
      ),
      reporting_state: state('Reporting State', { required: true }),
      filed_by: text('Filed by the organization', {
        most: 100,
        seenBy: 'own-state',
        help: 'The account of the recognized organization that filed it.',
      }),
      deliberate: yesNo('A deliberate act, meant to harm', {
        help: 'Acts or omissions with the intention to cause harm are no marine casualties (Code, 2.9).',
      }),
      outcomes: choices('What came of it', {
        death: 'Death of a person',
        'serious-injury': 'Serious injury to a person',
        'person-lost': 'Loss of a person from a ship',
        'ship-lost': 'Loss, presumed loss or abandonment of a ship',
        'ship-damaged': 'Material damage to a ship',
        disabled: 'Stranding or disabling of a ship, or a collision',
        infrastructure: 'Material damage to marine infrastructure that could seriously endanger safety',
        environment: 'Severe damage to the environment, or the potential for it',
        endangered: 'Safety was endangered, or would have been if not corrected',
      }),
      deaths: whole('Deaths', { most: 100_000 }),
      missing: whole('Missing', { most: 100_000 }),
      serious_injuries: whole('Seriously injured', {
        most: 100_000,
        help: 'Unable to work or act normally for more than 72 hours, beginning within seven days.',
      }),
      total_loss: yesNo('Total loss of a ship'),
      environment: choice('Harm to the environment', {
        none: 'None',
        minor: 'Minor',
        potential: 'Potential for severe damage',
        severe: 'Severe damage',
      }),
      pollution: lines('What was spilled', { most: 1000 }),
      severity: choice(
        'Severity',
        {
          'very-serious': 'Very serious marine casualty',
          casualty: 'Marine casualty',
          incident: 'Marine incident',
          outside: 'Outside the Code',
        },
        { decidedBy: 'casualty-severity' },
      ),
      summary: lines('What happened', { most: 8000 }),
    },
    groups: [
      { title: 'When and where', fields: ['title', 'happened_at', 'waters', 'place', 'position', 'port', 'coastal_state'] },
      { title: 'What happened', fields: ['event', 'deliberate', 'summary'] },
      {
        title: 'What came of it',
        fields: ['outcomes', 'deaths', 'missing', 'serious_injuries', 'total_loss', 'environment', 'pollution', 'severity'],
      },
      { title: 'The report', fields: ['reporting_state', 'filed_by'] },
    ],
    owner: { stateIn: 'reporting_state' },
    writers: ['officer', 'recognized-organization', 'secretariat'],
    workflow: {
      states: { draft: 'Draft', reported: 'Reported', reviewed: 'Reviewed', closed: 'Closed', withdrawn: 'Withdrawn' },
      unpublished: ['draft'],
      acts: {
        report: {
          title: 'Report to the Organization',
          from: ['draft'],
          to: 'reported',
          by: ['officer', 'recognized-organization', 'secretariat'],
          needs: ['outcomes', 'summary'],
          tells: ['own-state', 'secretariat', { stateIn: 'coastal_state' }],
        },
        review: {
          title: 'Review',
          from: ['reported'],
          to: 'reviewed',
          by: ['secretariat'],
          tells: ['own-state', { stateIn: 'coastal_state' }],
        },
        close: {
          title: 'Close',
          from: ['reviewed'],
          to: 'closed',
          by: ['secretariat'],
          tells: ['own-state', { stateIn: 'coastal_state' }],
        },
        reopen: {
          title: 'Reopen',
          from: ['closed'],
          to: 'reviewed',
          by: ['secretariat', 'officer'],
          tells: ['own-state', 'secretariat'],
        },
        withdraw: {
          title: 'Withdraw',
          from: ['draft', 'reported'],
          to: 'withdrawn',
          by: ['officer', 'secretariat'],
          tells: ['secretariat'],
        },
      },
    },
    list: {
      columns: ['happened_at', 'title', 'severity', 'event', 'coastal_state', 'deaths'],
      facets: ['severity', 'event', 'coastal_state', 'waters', 'environment'],
      sorts: ['-happened_at', '-deaths', 'title'],
      search: ['title', 'place', 'summary'],
    },
    map: { position: 'position', colour: 'severity' },
    charts: [
      { title: 'Casualties a year', by: { year: 'happened_at' }, split: 'severity' },
      { title: 'By event', by: { field: 'event' }, split: 'severity' },
    ],
    checks: ['casualty-outcomes', 'position-near-coast'],
    organizations: { functions: ['ism'], filedBy: 'filed_by' },
    tellsOfChange: [{ stateIn: 'coastal_state' }],
    pages: [
      {
        name: 'owed',
        title: 'Investigations and reports owed',
        about:
          'What States owe of very serious casualties: that the flag State of each ship sees that it is investigated, and that whoever investigates sends a final report, or an interim one each year until then.',
      },
    ],
    duties: [
      {
        name: 'report',
        title: 'Report the casualty to the Organization',
        owedBy: 'own-state',
        from: 'happened_at',
        due: { days: 180 },
        until: { leaves: ['draft'] },
        source: { instrument: 'MSC-MEPC.3/Circ.4/Rev.1', clause: 'annex 1' },
      },
    ],
    alike: [
      ['happened_at', 'position'],
      ['happened_at', 'event', 'coastal_state'],
    ],
  },
  casualtyWords,
);
