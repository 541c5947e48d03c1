import { createHash } from 'node:crypto';
import type { Drill, DrillOutcome, DrillResult } from '@bulkhead/contracts';

/** The model's version that the document is written in: OSCAL, NIST, assessment results. */
export const OSCAL_VERSION = '1.1.3';
/** Properties of ours; an identifier, not an address to be fetched. */
const NAMESPACE = 'https://bulkhead.example/ns/oscal';
/** RFC 9562's name space for addresses. */
const UUID_SPACE = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex');
/** Stands where a check or a peer said nothing. */
const NOTHING = 'no detail';
/** NIST SP 800-53 rev. 5: what a drill shows something about. */
const CONTROLS = ['cp-4', 'cp-9.1', 'cp-10', 'si-7'] as const;

type Told = Pick<Drill, 'id' | 'compartment' | 'mode' | 'seed' | 'requestedBy'> & {
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly result: DrillResult;
  readonly sentence: string;
  readonly outcome: DrillOutcome;
  readonly organisation: string;
};

/** A drill as an OSCAL assessment-results document: the same drill gives the same document, with the same identifiers. */
export function composeReceipt(drill: Told) {
  const { outcome, result, id } = drill;
  const uuid = (of: string) => uuidOf(`${id} ${of}`);
  const observations = [...observeChecks(drill, uuid), ...observeControls(drill, uuid), observeTimes(drill, uuid)];
  const isSatisfied = result === 'passed';
  return {
    'assessment-results': {
      uuid: uuid('document'),
      metadata: {
        title: `Restore drill ${id} of ${drill.compartment}`,
        'last-modified': drill.endedAt.toISOString(),
        version: '1',
        'oscal-version': OSCAL_VERSION,
        props: [property('organisation', drill.organisation)],
      },
      'import-ap': { href: `#${uuid('plan')}` },
      results: [
        {
          uuid: uuid('result'),
          title: `Restore drill of ${drill.compartment}, ${drill.mode}`,
          description: oneLine(drill.sentence),
          start: drill.startedAt.toISOString(),
          end: drill.endedAt.toISOString(),
          props: propertiesOf(drill),
          'reviewed-controls': {
            'control-selections': [{ 'include-controls': CONTROLS.map((control) => ({ 'control-id': control })) }],
          },
          observations,
          findings: [
            {
              uuid: uuid('finding'),
              title: 'The compartment can be restored from what is kept off-site',
              description: oneLine(drill.sentence),
              target: {
                type: 'statement-id',
                'target-id': 'cp-9.1_smt',
                status: {
                  state: isSatisfied ? 'satisfied' : 'not-satisfied',
                  reason: isSatisfied ? 'pass' : 'fail',
                  remarks: `${outcome.checks.filter(({ ok }) => ok).length} of ${outcome.checks.length} checks hold`,
                },
              },
              'related-observations': observations.map((observation) => ({ 'observation-uuid': observation.uuid })),
            },
          ],
        },
      ],
      'back-matter': {
        resources: [
          {
            uuid: uuid('plan'),
            title: 'Restore drills: what is done, and what it shows',
            rlinks: [{ href: 'docs/design/drills.md', 'media-type': 'text/markdown' }],
          },
        ],
      },
    },
  };
}
export type OscalReceipt = ReturnType<typeof composeReceipt>;

type Named = (of: string) => string;

function observeChecks({ outcome, endedAt }: Told, uuid: Named) {
  return outcome.checks.map(({ name, ok, detail }, place) => ({
    uuid: uuid(`check ${place}`),
    title: oneLine(name),
    description: oneLine(detail),
    props: [property('holds', ok ? 'yes' : 'no')],
    methods: ['TEST'],
    collected: endedAt.toISOString(),
  }));
}

function observeControls({ outcome, endedAt }: Told, uuid: Named) {
  return outcome.controls.map(({ kind, outcome: became, detail }) => ({
    uuid: uuid(`control ${kind}`),
    title: `Damage planted in a copy: ${kind}`,
    description: oneLine(detail),
    props: [property('planted-damage', became)],
    methods: ['TEST'],
    collected: endedAt.toISOString(),
  }));
}

function observeTimes({ outcome, endedAt }: Told, uuid: Named) {
  return {
    uuid: uuid('times'),
    title: 'Times that were measured',
    description: `A copy that answers after ${outcome.restoreMs} ms, verified after ${outcome.verifiedMs} ms.`,
    props: [
      property('recovery-time-ms', String(outcome.verifiedMs)),
      ...(outcome.rpoBytes === null ? [] : [property('recovery-point-bytes', String(outcome.rpoBytes))]),
      ...(outcome.rpoSeconds === null ? [] : [property('recovery-point-seconds', String(outcome.rpoSeconds))]),
    ],
    methods: ['TEST'],
    collected: endedAt.toISOString(),
  };
}

function propertiesOf({ id, compartment, mode, seed, requestedBy, outcome, result }: Told) {
  const given = {
    drill: id,
    compartment,
    mode,
    seed: String(seed),
    'requested-by': requestedBy,
    result,
    base: outcome.base,
    'target-lsn': outcome.targetLsn,
    'acknowledged-lsn': outcome.acknowledgedLsn,
    'reached-lsn': outcome.reachedLsn,
    'blobs-named': String(outcome.blobs.named),
    'blobs-read': String(outcome.blobs.read),
  };
  return Object.entries(given).flatMap(([name, value]) => (value === null ? [] : [property(name, value)]));
}

function property(name: string, value: string) {
  return { name, ns: NAMESPACE, value: oneLine(value) };
}

// OSCAL's strings are not empty, have no white space at their ends, and titles no line ends.
function oneLine(text: string): string {
  const whole = text.toWellFormed().replaceAll(/\s+/g, ' ').trim();
  return whole.slice(0, 1000).toWellFormed().trim() || NOTHING;
}

/** A UUID by name (RFC 9562, version 5), as OSCAL asks for. */
function uuidOf(name: string): string {
  const bytes = createHash('sha1').update(UUID_SPACE).update(name).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
