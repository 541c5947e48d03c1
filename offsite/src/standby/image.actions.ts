import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { JailImage } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { pack } from 'tar-stream';
import { historyName, parseSegmentName } from '#archive/wal.rules.ts';
import { readCheckpoint } from './checkpoint.actions.ts';

/** Files of a running server, of a restore, or of ours: headquarters writes its own. */
const LEFT =
  /^(postmaster\.(pid|opts)|bulkhead\.conf|pg_hba\.conf|pg_ident\.conf|postgresql\.(auto\.)?conf|(standby|recovery)\.signal|backup_label(\.old)?|tablespace_map(\.old)?|backup_manifest|current_logfiles|log|pgsql_tmp|pg_stat_tmp\/.*)$/;

/**
 * Packs a cleanly stopped cluster into `directory`/image.tar. Of the WAL only the restored timeline goes along: the
 * archive has the rest.
 * @throws EstateError `restore.failed`
 */
export async function packImage(directory: string): Promise<JailImage> {
  const dataDirectory = join(directory, 'pg');
  const { systemId, timeline, lsn, isShutDown } = await readCheckpoint(dataDirectory);
  if (!isShutDown) throw new EstateError('restore.failed', 'packing an image: the cluster was not shut down cleanly');
  const path = join(directory, 'image.tar');
  const tar = pack();
  const hash = createHash('sha256');
  let bytes = 0;
  const hashing = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  const writing = pipeline(tar, hashing, createWriteStream(`${path}.tmp`, { flags: 'w', mode: 0o600 }));
  await Promise.all([writing, addTree(tar, dataDirectory, '', timeline).then(() => tar.finalize())]);
  await syncFile(`${path}.tmp`);
  await rename(`${path}.tmp`, path);
  return { bytes, sha256: hash.digest('hex'), systemId, timeline, checkpointLsn: lsn };
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function addTree(tar: ReturnType<typeof pack>, root: string, under: string, timeline: number): Promise<void> {
  const entries = await readdir(join(root, under), { withFileTypes: true });
  for (const entry of entries.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    const name = under === '' ? entry.name : `${under}/${entry.name}`;
    if (LEFT.test(name) || isForeignWal(name, timeline)) continue;
    if (entry.isDirectory()) {
      tar.entry({ name: `${name}/`, type: 'directory', mode: 0o700 });
      await addTree(tar, root, name, timeline);
    } else if (entry.isFile()) await addFile(tar, join(root, name), name);
    else throw new EstateError('restore.failed', `packing an image: ${name} is neither file nor directory`);
  }
}

function isForeignWal(name: string, timeline: number): boolean {
  if (!name.startsWith('pg_wal/')) return false;
  const file = name.slice('pg_wal/'.length);
  if (file === 'archive_status' || file === 'summaries') return false;
  const segment = parseSegmentName(file);
  return segment ? segment.timeline !== timeline : file !== historyName(timeline);
}

async function addFile(tar: ReturnType<typeof pack>, path: string, name: string): Promise<void> {
  const { size } = await stat(path);
  await pipeline(createReadStream(path), tar.entry({ name, type: 'file', size, mode: 0o600 }));
}
