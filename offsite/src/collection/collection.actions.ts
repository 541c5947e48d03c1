import {
  type ArchiveNames,
  type Candidate,
  type Collection,
  type CollectionOutcome,
  type CompartmentManifest,
  type FindingReport,
  hasCluster,
  type Retention,
  type Verification,
  type VerifyRequest,
} from '@bulkhead/contracts';
import { EstateError, hasCode, type Log, type Now, sleepMs } from '@bulkhead/kernel';
import type { ArchivePeer } from '#peer/archive.actions.ts';
import type { HistoryPeer } from '#peer/history.actions.ts';
import type { VaultPeer } from '#peer/vault.actions.ts';
import type { Recorder } from '#record/record.actions.ts';
import { describeFailure } from '#recovery/recovery.rules.ts';
import { drawControls, findProven, judgeCandidates, nextCollectionAt } from './collection.rules.ts';
import { type CollectionStore, SCHEDULE } from './collection.store.ts';

/** What one round needs. */
export type RoundDeps = {
  readonly vault: Pick<VaultPeer, 'beginCollection' | 'finishCollection' | 'readLeaving' | 'removeLeaving'>;
  readonly archive: Pick<ArchivePeer, 'findNamed'> & {
    readonly readRetention: (compartment: string) => Promise<Pick<Retention, 'proofs'>>;
  };
  readonly history: Pick<HistoryPeer, 'findNamed'>;
  readonly standbys: ReadonlyMap<
    string,
    { readonly verify: (asked: VerifyRequest) => Promise<Pick<Verification, 'blobs' | 'badBlobs'>> }
  >;
  readonly manifests: ReadonlyMap<string, CompartmentManifest>;
  readonly minimumAgeSeconds: number;
  readonly recorder: Pick<Recorder, 'append'>;
  readonly raise: (report: FindingReport) => Promise<void>;
  readonly now: Now;
};

export type CollectionDeps = RoundDeps & {
  readonly collections: CollectionStore;
  readonly everyMs: number;
  /** Whether something takes precedence: a recovery, or a site that stands in for another. */
  readonly mustWait: () => Promise<boolean>;
  readonly newId: () => string;
  readonly log: Log;
  readonly stopping: AbortSignal;
};

/** A peer that is away is waited for; the next round may be a week off. */
const ATTEMPTS = 30;
const AWAY_MS = 20_000;
const NOTHING = { blobs: 0, bytes: 0 };

/** Asks for the rounds that are due, and carries out the one that is next. It takes no input and may be killed anywhere. */
export async function collectionRound(deps: CollectionDeps): Promise<void> {
  for (const { compartment, nextAt } of await listSchedule(deps)) {
    if (nextAt > deps.now()) continue;
    const asked = { id: deps.newId(), compartment, isPreview: false, requestedBy: SCHEDULE, reason: 'it is due' };
    await deps.collections.add({ ...asked, requestedAt: deps.now() });
  }
  const next = await deps.collections.findOwed();
  if (next && !(await deps.mustWait())) await runCollection(deps, next);
}

/** An operator wants it now, or wants to see what would go. @throws EstateError `compartment.unknown` */
export async function requestCollection(
  deps: CollectionDeps,
  asked: { readonly compartment: string; readonly operator: string; readonly isPreview: boolean; readonly reason: string },
): Promise<string> {
  const { compartment, isPreview, reason } = asked;
  requireCollected(deps, compartment);
  const id = deps.newId();
  await deps.collections.add({ id, compartment, isPreview, reason, requestedBy: asked.operator, requestedAt: deps.now() });
  return id;
}

/** When each compartment that keeps contents is collected next. */
export async function listSchedule(deps: Pick<CollectionDeps, 'collections' | 'manifests' | 'everyMs' | 'now'>) {
  const scheduled = await deps.collections.listScheduled();
  return [...deps.manifests.values()]
    .filter(isCollected)
    .map(({ name }) => ({ compartment: name, nextAt: nextCollectionAt(scheduled.get(name), deps.everyMs, deps.now()) }));
}

function isCollected(manifest: CompartmentManifest): boolean {
  return manifest.blobs !== undefined && hasCluster(manifest);
}

function requireCollected({ manifests }: Pick<CollectionDeps, 'manifests'>, compartment: string): CompartmentManifest {
  const manifest = manifests.get(compartment);
  if (manifest && isCollected(manifest)) return manifest;
  throw new EstateError(
    'compartment.unknown',
    `collecting contents of ${compartment}: no compartment of this name keeps any whose rows off-site has`,
  );
}

async function runCollection(deps: CollectionDeps, collection: Collection & { readonly attempts: number }): Promise<void> {
  const { id, compartment } = collection;
  try {
    await deps.collections.noteAttempt(id);
    const outcome = await carryOutCollection(deps, collection);
    await deps.collections.end(id, { outcome, failure: null, at: deps.now() });
    deps.log.info({ collection: id, compartment, ...outcome }, 'a collection ended');
  } catch (error) {
    if (deps.stopping.aborted) throw error;
    deps.log.warn({ err: error, collection: id, compartment }, 'a collection broke off');
    if (hasCode(error, 'wire.unreachable') && collection.attempts + 1 < ATTEMPTS) return sleepMs(AWAY_MS, deps.stopping);
    await deps.collections.end(id, { outcome: null, failure: describeFailure(error).slice(0, 1000), at: deps.now() });
  }
}

/**
 * One round: candidates, where they are named, and what follows. Nothing goes unless everything could be looked through [V18].
 * @throws EstateError `vault.search_unsound`, and whatever the peers throw: then nothing went that was not let go before
 */
export async function carryOutCollection(
  deps: RoundDeps,
  collection: Pick<Collection, 'id' | 'compartment' | 'isPreview' | 'requestedBy'>,
): Promise<CollectionOutcome> {
  const { compartment, isPreview } = collection;
  const manifest = requireCollected(deps, compartment);
  // What a kill left between letting go and taking away.
  const before = isPreview ? { taken: NOTHING, locked: 0 } : await takeAway(deps, collection);
  const { candidates } = await deps.vault.beginCollection(compartment, { minimumAgeSeconds: deps.minimumAgeSeconds });
  if (candidates.length === 0) return { ...NOTHING_JUDGED, ...before };
  const { named, searched, controls } = await searchNames(deps, manifest, candidates);
  const { proofs } = await deps.archive.readRetention(compartment);
  // Where no row names anything a search cannot be shown to find what there is: then it only marks.
  const provenLsn = controls === 0 ? null : findProven(proofs, searched.systemId);
  const { marked, taken } = judgeCandidates(candidates, named, provenLsn);
  const told = {
    lsn: searched.lsn,
    provenLsn,
    judged: candidates.length,
    named: named.size,
    marked,
    read: { bases: searched.bases, segments: searched.segments, bytes: searched.bytes },
    controls,
  };
  if (isPreview) return { ...told, taken, locked: 0 };
  const finished = await deps.vault.finishCollection(compartment, { lsn: searched.lsn, provenLsn, named: [...named] });
  const gone = await takeAway(deps, collection);
  return {
    ...told,
    taken: { blobs: before.taken.blobs + gone.taken.blobs, bytes: before.taken.bytes + gone.taken.bytes },
    locked: before.locked + finished.locked + gone.locked,
  };
}

const NOTHING_JUDGED: CollectionOutcome = {
  lsn: null,
  provenLsn: null,
  judged: 0,
  named: 0,
  marked: NOTHING,
  taken: NOTHING,
  locked: 0,
  read: { bases: 0, segments: 0, bytes: 0 },
  controls: 0,
};

/**
 * Looks for the candidates' names in every byte of the archive, in history, and in the rows as they are now. Names that
 * rows have now are looked for beside them: a search that does not find those finds nothing that can be believed.
 * @throws EstateError `vault.search_unsound`
 */
async function searchNames(deps: RoundDeps, manifest: CompartmentManifest, candidates: readonly Candidate[]) {
  const compartment = manifest.name;
  const standby = deps.standbys.get(compartment);
  if (!standby) throw new EstateError('compartment.wrong_state', `collecting contents of ${compartment}: it has no standby`);
  // Rows first: what they name now stands in the archive by the time that it is read.
  const blobColumns = manifest.blobs?.columns ?? [];
  const rows = await standby.verify({ checks: [], expectedMigrations: [], blobColumns });
  const controls = drawControls(rows.blobs);
  const digests = candidates.map(({ sha256 }) => sha256);
  const searched = await deps.archive.findNamed(compartment, [...new Set([...digests, ...controls])]);
  await requireSound(deps, compartment, searched, controls, rows.badBlobs.length);
  const found = new Set([...searched.found, ...(await deps.history.findNamed(compartment, digests)), ...rows.blobs]);
  return { named: new Set(digests.filter((digest) => found.has(digest))), searched, controls: controls.length };
}

async function requireSound(
  deps: RoundDeps,
  compartment: string,
  { found }: ArchiveNames,
  controls: readonly string[],
  badBlobs: number,
): Promise<void> {
  const known = new Set(found);
  const missed = controls.filter((digest) => !known.has(digest));
  if (missed.length === 0 && badBlobs === 0) return;
  const told = `${missed.length} of ${controls.length} names that rows have now were not found, ${badBlobs} values are no names`;
  await deps.raise({
    rule: 'vault.collection_refused',
    compartment,
    summary: 'names of contents that rows have now are not found in the archive; nothing is collected',
    evidence: { missed: String(missed.length), controls: String(controls.length), badBlobs: String(badBlobs) },
    seenAt: deps.now().toISOString(),
  });
  throw new EstateError('vault.search_unsound', `collecting contents of ${compartment}: ${told}`);
}

/** In the ledger before a byte goes; a kill in between does both again, and the ledger keeps one entry [V20]. */
async function takeAway(
  deps: Pick<RoundDeps, 'vault' | 'recorder'>,
  { id, compartment, requestedBy }: Pick<Collection, 'id' | 'compartment' | 'requestedBy'>,
) {
  const leaving = await deps.vault.readLeaving(compartment);
  if (leaving.blobs === 0) return { taken: NOTHING, locked: 0 };
  await deps.recorder.append({
    kind: 'blob.collected',
    idempotencyKey: `collected:${id}:${leaving.sha256}`,
    body: {
      collection: id,
      compartment,
      by: requestedBy,
      blobs: leaving.blobs,
      bytes: leaving.bytes,
      namesSha256: leaving.sha256,
    },
  });
  const { removed, removedBytes, locked } = await deps.vault.removeLeaving(compartment);
  return { taken: { blobs: removed, bytes: removedBytes }, locked };
}
