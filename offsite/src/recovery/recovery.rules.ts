import {
  type AcknowledgedSummary,
  type CompartmentManifest,
  type EditionManifest,
  type Hole,
  type JailHealth,
  type Recovery,
  type RecoveryDiff,
  type RepairReport,
  type ResolvedTarget,
  recoveryDiffSchema,
  type TableDigests,
  type Verification,
} from '@bulkhead/contracts';
import { canonicalJson, EstateError, sha256Hex } from '@bulkhead/kernel';
import { z } from 'zod';
import type { Seal } from '#order/seal/seal.rules.ts';
import type { Rendered } from '#peer/publisher.actions.ts';
import { listCatalogChecks } from './catalog-check.rules.ts';

/** A gate that failed: its name, whether it holds, and what was seen. */
export type Gate = RecoveryDiff['checks'][number];

const LISTED = 5;
const PAGES_LISTED = 1000;

/** Where a restored copy answers and what it was restored from. */
export const quarantineSchema = z.object({
  socket: z.string(),
  secret: z.string(),
  systemId: z.string().nullable(),
  timeline: z.number().nullable(),
  base: z.string().nullable(),
  replayLsn: z.string().nullable(),
  /** Where the archive ended, and how many bytes of its end held no whole record. */
  archiveLsn: z.string().nullable(),
  unreplayedBytes: z.number().nullable(),
  /** Which life of the jail it was: after a restart the copy is restored anew, and looks the same. */
  instance: z.string().nullable().default(null),
});
export type Quarantine = z.infer<typeof quarantineSchema>;

/** What verifying found: kept, so that approval and swap speak of the same. */
export const findingsOfCopySchema = z.object({
  gates: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
  namedBlobs: z.number().int(),
  missingBlobs: z.array(z.string()),
  pages: recoveryDiffSchema.shape.pages,
  /** Everything that leaves the public with this copy; the difference names its digest, and the first of it. */
  leaving: z.array(z.string()).default([]),
  tables: z.array(z.object({ table: z.string(), rows: z.number().int(), sha256: z.string() })),
});
export type FindingsOfCopy = z.infer<typeof findingsOfCopySchema>;

/** The tables that a compartment's manifest speaks of, in the order of their names. */
export function tablesOf(manifest: CompartmentManifest): string[] {
  const named = [
    ...manifest.routes.flatMap((route) => route.writes),
    ...manifest.jobs.flatMap((job) => job.writes),
    ...(manifest.edition?.tables ?? []),
    ...(manifest.blobs?.columns.map(({ table }) => table) ?? []),
    ...(manifest.adopted?.database?.tables ?? []),
  ];
  return [...new Set(named)].sort();
}

/** What a copy is asked besides its checksums and structures: the estate's questions to every catalog, then the manifest's own. */
export function checksOf(manifest: CompartmentManifest): CompartmentManifest['checks'] {
  return [...listCatalogChecks(manifest.name), ...manifest.checks];
}

/** Turns what the jail answered into gates. The jail runs what an attacker may have written: nothing is taken on its word alone. */
export function judgeCopy(
  manifest: CompartmentManifest,
  found: Verification,
  missingBlobs: readonly string[],
  copy: Pick<Quarantine, 'archiveLsn' | 'unreplayedBytes'>,
  seal: Pick<Seal, 'lsn'>,
): Gate[] {
  const { checksums, amcheck, migrations, checks, blobs, badBlobs } = found;
  const migrationFaults = [
    ...migrations.missing.map((name) => `${name} is missing`),
    ...migrations.changed.map((name) => `${name} differs`),
    ...migrations.unexpected.map((name) => `${name} is unknown`),
  ];
  return [
    gate(
      'restored up to the seal',
      reaches(copy.archiveLsn, seal.lsn),
      `the archive ends at ${copy.archiveLsn ?? 'nothing'}, sealed at ${seal.lsn ?? 'nothing'}; ${copy.unreplayedBytes ?? 0} bytes hold no whole record`,
    ),
    gate('the copy is sound', found.isSound, found.isSound ? 'as the jail found' : 'the jail found faults'),
    gate('page checksums', checksums.isOk, list(checksums.failures)),
    gate(
      'tables and indexes are sound (amcheck)',
      amcheck.isOk && !amcheck.skipped,
      amcheck.skipped
        ? 'was not run'
        : list(
            amcheck.failures.map(({ relation, detail }) => `${relation}: ${detail}`),
            `${amcheck.tables} tables, ${amcheck.indexes} indexes`,
          ),
    ),
    gate('migrations are those of the code', migrations.isOk && migrationFaults.length === 0, list(migrationFaults)),
    ...checksOf(manifest).map(({ name }) => {
      const answer = checks.find((check) => check.name === name);
      if (!answer) return gate(name, false, 'was not answered');
      return gate(
        name,
        answer.violations === 0 && answer.failure === null,
        answer.failure ?? `${answer.violations} rows break it`,
      );
    }),
    gate(
      'the vault has every blob that a row names',
      missingBlobs.length === 0 && badBlobs.length === 0,
      `${blobs.length} named, ${missingBlobs.length} missing, ${badBlobs.length} no digests`,
    ),
  ];
}

function gate(name: string, ok: boolean, detail: string): Gate {
  return { name, ok, detail: detail.slice(0, 500) };
}

function list(faults: readonly string[], otherwise = 'no fault'): string {
  if (faults.length === 0) return otherwise;
  const more = faults.length > LISTED ? ` and ${faults.length - LISTED} more` : '';
  return `${faults.slice(0, LISTED).join('; ')}${more}`;
}

/** WAL positions as numbers. */
function positionOf(lsn: string): bigint {
  const [high = '0', low = '0'] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

/**
 * Of the seals since a compartment was open the one at the furthest position: after a recovery that failed late the receiver
 * may hold a shorter new timeline, and what was acknowledged before must not be forgotten with it [C17].
 */
export function furthestSeal(seals: readonly Seal[]): Seal | undefined {
  return seals.reduce<Seal | undefined>((furthest, seal) => {
    if (!furthest || furthest.lsn === null) return seal;
    return seal.lsn !== null && !isAtOrAfter(furthest.lsn, seal.lsn) ? seal : furthest;
  }, undefined);
}

/** Compares two WAL positions. */
export function isAtOrAfter(lsn: string, other: string): boolean {
  return positionOf(lsn) >= positionOf(other);
}

function reaches(archived: string | null, sealed: string | null): boolean {
  if (sealed === null) return true;
  return archived !== null && isAtOrAfter(archived, sealed);
}

/** @throws EstateError `verification.failed`, naming each gate that failed */
export function requireGates(gates: readonly Gate[]): void {
  const failed = gates.filter(({ ok }) => !ok);
  if (failed.length === 0) return;
  throw new EstateError(
    'verification.failed',
    `verifying the restored copy: ${failed.map(({ name, detail }) => `${name} (${detail})`).join('; ')}`,
  );
}

/** What the public reads now and the copy does not show. */
export function listLeaving(rendered: Rendered, edition: EditionManifest | undefined): string[] {
  const shown = new Set(rendered.subjects);
  return (edition?.subjects ?? []).filter((subject) => !shown.has(subject)).sort();
}

/** Compares pages rendered from the copy with those the public reads now. */
export function comparePages(
  { files: rendered, ...subjects }: Rendered,
  edition: EditionManifest | undefined,
): RecoveryDiff['pages'] {
  const leaving = listLeaving({ files: rendered, ...subjects }, edition);
  const key = (file: { readonly path: string; readonly language: string | null }) => `${file.path} ${file.language ?? ''}`.trim();
  const now = new Map((edition?.files ?? []).map((file) => [key(file), file.sha256]));
  const then = new Map(rendered.map((file) => [key(file), file.sha256]));
  const shared = [...then.keys()].filter((name) => now.has(name));
  const changed = shared.filter((name) => now.get(name) !== then.get(name));
  const added = [...then.keys()].filter((name) => edition !== undefined && !now.has(name));
  const missing = [...now.keys()].filter((name) => !then.has(name));
  return {
    same: shared.length - changed.length,
    changed: [...changed, ...added].sort().slice(0, PAGES_LISTED),
    missing: missing.sort().slice(0, PAGES_LISTED),
    leaving: { subjects: leaving.slice(0, PAGES_LISTED), count: leaving.length, sha256: sha256Hex(canonicalJson(leaving)) },
  };
}

/** What would go live, for the second operator. */
export function composeDiff(parts: {
  readonly recovery: string;
  readonly compartment: string;
  readonly seal: Seal;
  readonly quarantine: Quarantine;
  readonly copy: FindingsOfCopy;
  readonly standby: TableDigests | undefined;
  readonly target: ResolvedTarget | null;
  readonly acknowledged: AcknowledgedSummary | null;
  readonly repair: RepairReport | null;
  readonly hole: Hole | null;
}): RecoveryDiff {
  const { recovery, compartment, seal, quarantine, copy, standby, target, acknowledged, repair, hole } = parts;
  const onStandby = new Map(standby?.tables.map((table) => [table.table, table]));
  return recoveryDiffSchema.parse({
    recovery,
    compartment,
    sealLsn: seal.lsn ?? '0/0',
    sealedAt: (seal.sealedAt ?? seal.requestedAt).toISOString(),
    base: quarantine.base ?? 'none',
    restoredLsn: quarantine.replayLsn ?? '0/0',
    timeline: quarantine.timeline ?? 0,
    checks: copy.gates,
    tables: copy.tables.map(({ table, rows, sha256 }) => ({
      table,
      rows,
      standbyRows: onStandby.get(table)?.rows ?? null,
      isSame: onStandby.get(table)?.sha256 === sha256,
    })),
    blobs: { named: copy.namedBlobs, missing: copy.missingBlobs.slice(0, PAGES_LISTED) },
    pages: copy.pages,
    target,
    acknowledged,
    repair,
    hole,
  });
}

/** The digest that the second operator approves: SHA-256 of the difference in canonical JSON [C12]. */
export function digestOfDiff(diff: RecoveryDiff): string {
  return sha256Hex(canonicalJson(diff));
}

/** What is approved when a compartment is reopened as it is: the seal that would be lifted, and who let what was found pass. */
export function digestOfReopening(
  recovery: Pick<Recovery, 'id' | 'compartment'>,
  seal: Seal,
  waivedBy: readonly string[],
): string {
  return sha256Hex(
    canonicalJson({
      recovery: recovery.id,
      compartment: recovery.compartment,
      kind: 'reopen',
      waivedBy: [...waivedBy],
      sealLsn: seal.lsn,
      sealEpoch: seal.epoch,
    }),
  );
}

/** Whether a repair that was done in a copy is still in it: the jail did not begin the restore anew. */
export function isSameLife(before: Pick<Quarantine, 'instance'> | null, health: JailHealth): boolean {
  return before?.instance !== null && before?.instance !== undefined && before.instance === health.instance;
}

/** Whether two looks at a quarantine saw the same restored copy. */
export function isSameCopy(before: Quarantine, health: JailHealth): boolean {
  return before.systemId === health.systemId && before.timeline === health.timeline && before.base === health.base;
}

/** @throws EstateError `approval.same_person`, `approval.wrong_digest`, `compartment.wrong_state` */
export function checkApproval(
  recovery: { readonly id: string; readonly requestedBy: string; readonly digest: string | null; readonly step: string },
  operator: string,
  digest: string,
): void {
  if (recovery.step !== 'approve' || recovery.digest === null) {
    throw new EstateError(
      'compartment.wrong_state',
      `approving ${recovery.id}: it does not wait for an approval, it is at ${recovery.step}`,
    );
  }
  if (recovery.requestedBy === operator) {
    throw new EstateError('approval.same_person', `approving ${recovery.id}: whoever asked for it cannot approve it`);
  }
  if (recovery.digest !== digest) {
    throw new EstateError('approval.wrong_digest', `approving ${recovery.id}: the digest is not that of what waits now`);
  }
}

/** The sentence of an error and its causes, for the record. */
export function describeFailure(error: unknown): string {
  const said: string[] = [];
  for (let at = error; at instanceof Error && said.length < LISTED; at = at.cause) said.push(at.message);
  return (said.join(': ') || String(error)).slice(0, 900);
}
