import { createHash } from 'node:crypto';
import type { ArchiveReport } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { openBase, readManifest } from '#archive/base-reader.actions.ts';
import { listBases } from '#archive/base-shelf.actions.ts';
import type { Keyring } from '#archive/keyring.actions.ts';
import type { Lineage } from '#archive/lineage.actions.ts';
import { indexedBase } from '#archive/prune.actions.ts';
import { parseSegmentName } from '#archive/wal.rules.ts';

const FAULTS_TOLD = 200;
type Report = { -readonly [Part in keyof ArchiveReport]: ArchiveReport[Part] };

/** Reads everything that the archive keeps and compares it with what was recorded; goes on behind each fault. */
export async function examineArchive(lineage: Lineage | undefined, keys: Keyring): Promise<ArchiveReport> {
  const report: Report = { segments: 0, bases: 0, histories: 0, keys: 0, bytes: 0, faultCount: 0, faults: [] };
  const look = async (path: string, work: () => Promise<void>) => {
    await work().catch((error: unknown) => {
      if (!(error instanceof EstateError)) throw error;
      report.faultCount += 1;
      if (report.faults.length < FAULTS_TOLD) report.faults.push({ path, code: error.code, message: error.message });
    });
  };
  for (const { number, state } of keys.list()) {
    report.keys += 1;
    await look(`keys/${number}.age`, async () => void (state === 'lost' && keys.get(number)));
  }
  if (!lineage) return report;
  for (const [name, { isPruned }] of lineage.index.entries()) {
    if (isPruned) continue;
    if (parseSegmentName(name)) await look(name, () => examineSegment(lineage, name, report));
    else if (name.endsWith('.history')) await look(name, () => examineHistory(lineage, name, report));
  }
  await look('base', () => examineBases(lineage, report, look));
  return report;
}

async function examineSegment(lineage: Lineage, name: string, report: Report): Promise<void> {
  report.segments += 1;
  report.bytes += (await lineage.readSegment(name)).length;
}

async function examineHistory(lineage: Lineage, name: string, report: Report): Promise<void> {
  report.histories += 1;
  if (!(await lineage.readHistory(Number.parseInt(name, 16))))
    throw new EstateError('archive.gap', `reading ${name}: the archive does not hold it`);
}

async function examineBases(
  lineage: Lineage,
  report: Report,
  look: (path: string, work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const bases = await listBases(lineage);
  const standing = new Set(bases.map(({ id }) => indexedBase(id)));
  for (const [name, { isPruned }] of lineage.index.entries()) {
    if (!name.startsWith('base/') || isPruned || standing.has(name)) continue;
    await look(name, () => Promise.reject(new EstateError('archive.gap', `reading ${name}: the archive does not hold it`)));
  }
  for (const { id, sha256, bytes } of bases)
    await look(`base/${id}`, async () => {
      report.bases += 1;
      await readManifest(lineage.place, id);
      const hash = createHash('sha256');
      for await (const piece of await openBase(lineage.place, id)) hash.update(piece);
      report.bytes += bytes;
      if (hash.digest('hex') !== sha256)
        throw new EstateError('archive.damaged', `reading base ${id}: put together, it is not the tar that came`);
    });
}
