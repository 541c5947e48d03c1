import { join } from 'node:path';
import type { Artefact } from '@bulkhead/contracts';
import { DISK } from '#archive/disk.actions.ts';
import type { Lineage } from '#archive/lineage.actions.ts';
import { indexedBase } from '#archive/prune.actions.ts';
import { parseSegmentName, SEGMENT_BYTES } from '#archive/wal.rules.ts';

/** Every file that a restore may need, of the keys and of the joined lineage. */
export async function listArtefacts(directory: string, lineage: Lineage | undefined): Promise<Artefact[]> {
  const keys = (await DISK.list(join(directory, 'keys'))).filter((name) => name.endsWith('.age'));
  const artefacts = await describeAll(
    directory,
    keys.map((name) => ({ kind: 'key', path: `keys/${name}` })),
  );
  if (!lineage) return artefacts;
  const found: Found[] = [
    ...(await DISK.list(lineage.walDirectory)).flatMap((name) => describeWal(lineage, name)),
    ...(await listBaseFiles(lineage)),
    ...(await DISK.list(join(lineage.directory, 'pack')))
      .filter((name) => name.endsWith('.pack'))
      .map((name): Found => ({ kind: 'chunk', path: `${lineage.systemId}/pack/${name}` })),
  ];
  return [...artefacts, ...(await describeAll(directory, found))];
}

type Found = { readonly kind: Artefact['kind']; readonly path: string; readonly sha256?: string | undefined };

function describeWal({ index, systemId }: Lineage, file: string): Found[] {
  const path = `${systemId}/wal/${file}`;
  if (file.startsWith('index.ndjson') && !file.endsWith('.tmp')) return [{ kind: 'index', path }];
  if (file.endsWith('.history')) return [{ kind: 'history', path, sha256: index.get(file) }];
  const name = file.replace(/\.(partial|zst|zst\.enc)$/, '');
  return parseSegmentName(name) ? [{ kind: 'segment', path, sha256: index.get(name) }] : [];
}

async function listBaseFiles({ index, systemId, baseDirectory }: Lineage): Promise<Found[]> {
  const found: Found[] = [];
  for (const id of await DISK.list(baseDirectory)) {
    if (id.includes('.') || index.find(indexedBase(id))?.isPruned) continue;
    for (const name of await DISK.list(join(baseDirectory, id)))
      found.push({
        kind: 'base',
        path: `${systemId}/base/${id}/${name}`,
        sha256: name === 'base.json' ? index.get(indexedBase(id)) : undefined,
      });
  }
  return found;
}

async function describeAll(directory: string, found: readonly Found[]): Promise<Artefact[]> {
  const artefacts: Artefact[] = [];
  for (const { kind, path, sha256 } of found) {
    const bytes = await DISK.size(join(directory, path));
    if (bytes === undefined) continue;
    const complete = !path.endsWith('.partial') || bytes >= SEGMENT_BYTES;
    artefacts.push({ kind, path, bytes, sha256: sha256 ?? null, complete });
  }
  return artefacts;
}
