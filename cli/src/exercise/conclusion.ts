import type { Cell, Counted } from './comparison.ts';
import { listTakenBack, reportScenario, type ScenarioReport, type TwinRows } from './measures.ts';
import type { HonestRequest } from './people/at-work.ts';
import { createLedger } from './registry-rows.store.ts';
import type { ExerciseReport } from './report.ts';
import type { Snapshot } from './rows.store.ts';
import { isOfRegistry } from './scenario/scenario.ts';
import type { Told } from './story.ts';
import type { Refused } from './twin.ts';

const FAULTS_SHOWN = 20;

/** What the twin came to; null where there was none. */
export type TwinTold = {
  readonly rows: TwinRows;
  /** Of the registry; null where no scenario is about it. */
  readonly registry: TwinRows | null;
  readonly refused: readonly Refused[];
} | null;

/** Puts the report together. */
export function conclude(told: Told, twin: TwinTold, given: { readonly seed: number; readonly tookMs: number }): ExerciseReport {
  const scenarios = reportScenarios(told, twin);
  const takenBack = new Set(
    told.played.flatMap((played) => listTakenBack(played, told.requests)).map(({ intent }) => intent.slug),
  );
  const lost = [...listLost(told.requests, told.rows).filter(({ slug }) => !takenBack.has(slug)), ...listLostLines(told)];
  const acknowledged = told.requests.length + (told.registry?.acknowledged.length ?? 0);
  const writesAfterSeal = countAfterSeals(told);
  const read = sumReads(told);
  const zeroes = [writesAfterSeal, lost.length, read.failures, read.unverified];
  const isWhole = scenarios.every(({ isPassed }) => isPassed) && acknowledged > 0 && read.reads > 0;
  return {
    seed: given.seed,
    isPassed: isWhole && zeroes.every((figure) => figure === 0),
    startedAt: told.startedAt.toISOString(),
    tookMs: Math.round(given.tookMs),
    boundaries: { shown: told.boundary, sites: 'one machine', notShown: listNotShown(told.boundary) },
    scenarios,
    writesAfterSeal,
    acknowledged,
    lostAcknowledged: lost.length,
    lost: lost.slice(0, FAULTS_SHOWN).map(({ slug, what }) => `${what} of ${slug} is not there`),
    inDoubt: told.inDoubt.size + (told.registry?.inDoubt.size ?? 0),
    refused: told.refused + (told.registry?.refused ?? 0),
    refusedByTwin: twin?.refused.length ?? 0,
    publicReads: read.reads,
    publicFailures: read.failures,
    unverifiedBytesServed: read.unverified,
    readerFaults: read.faults,
  };
}

/** What the public read of the website, and of the adopted library. */
function sumReads({ read, library }: Told): Told['read'] {
  if (library === null) return read;
  return {
    ...read,
    reads: read.reads + library.reads,
    failures: read.failures + library.failures,
    faults: [...read.faults, ...library.faults].slice(0, FAULTS_SHOWN),
  };
}

function reportScenarios(told: Told, twin: TwinTold): ScenarioReport[] {
  const reports: ScenarioReport[] = [];
  const known: Record<'registry' | 'website', readonly Cell[]> = { registry: [], website: [] };
  for (const [at, played] of told.played.entries()) {
    const earlier = told.played.slice(0, at).map(({ mark }) => mark);
    const where = isOfRegistry(played.scenario) ? 'registry' : 'website';
    const inDoubt = where === 'registry' ? (told.registry?.inDoubt ?? []) : told.inDoubt;
    const twinRows = (where === 'registry' ? twin?.registry : twin?.rows) ?? null;
    const acknowledged = where === 'registry' ? (told.registry?.acknowledged ?? []) : told.requests;
    const isCounted = createCounted([...inDoubt, ...earlier]);
    const { report, left } = reportScenario(played, twinRows, { isCounted, known: known[where], acknowledged });
    reports.push(report);
    known[where] = left;
  }
  return reports;
}

/** Rows of articles in doubt are nobody's, and drafts by which an earlier attack was tried again belong to that. */
function createCounted(leftOut: readonly string[]): Counted {
  return (_, key) => !leftOut.some((slug) => key === slug || key.startsWith(`${slug}/`) || key.startsWith(`${slug}-`));
}

const EVENTS = { submit: 'submitted', approve: 'approved', change: 'changed', update: 'update-begun' } as const;

/** Acknowledged writes that are not there at the end: each is looked for by what it must have left. */
function listLost(requests: readonly HonestRequest[], { tables }: Snapshot): { slug: string; what: string }[] {
  const articles = tables.get('article_version');
  const events = tables.get('article_event');
  return requests.flatMap(({ intent: { kind, slug }, version: { number } }) => {
    const isThere = kind === 'create' ? articles?.has(`${slug}/${number}`) : events?.has(`${slug}/${number}/${EVENTS[kind]}/1`);
    return isThere ? [] : [{ slug, what: kind }];
  });
}

/** What people of the registry had been told is written, and no line of the history tells. */
function listLostLines({ registry }: Told): { slug: string; what: string }[] {
  if (!registry) return [];
  const holds = createLedger(registry.rows);
  return registry.acknowledged.flatMap(({ intent }) => {
    const fields = 'fields' in intent ? Object.entries(intent.fields) : [];
    // A flag is kept as one: only texts stand in the history as they were typed.
    const isThere = fields.every(([field, value]) => field === 'plan_approved' || holds(intent.slug, field, value));
    return isThere ? [] : [{ slug: intent.slug, what: intent.kind }];
  });
}

/** Requests sent after a seal and answered with yes before the compartment was open again. */
function countAfterSeals({ played, requests, registry }: Told): number {
  return played.reduce((sum, { scenario, sealed, recovered }) => {
    // Whoever works elsewhere goes on while an adopted application is sealed.
    if (!sealed || !recovered || (scenario.compartment !== undefined && !isOfRegistry(scenario))) return sum;
    const own = isOfRegistry(scenario) ? (registry?.acknowledged ?? []) : requests;
    const sealedAt = Date.parse(sealed.at);
    const openedAt = Date.parse(recovered.recovery.steps.find(({ step }) => step === 'open')?.startedAt ?? '');
    return sum + own.filter(({ sentAt }) => sentAt.getTime() > sealedAt && sentAt.getTime() < openedAt).length;
  }, 0);
}

function listNotShown(boundary: Told['boundary']): string[] {
  const always = ['two hosts and the network between them', 'root at headquarters'];
  return boundary === 'uid' ? always : ['users of the machine: all processes share one, so its files were not tried', ...always];
}
