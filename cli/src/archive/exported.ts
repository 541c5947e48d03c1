import { createHash } from 'node:crypto';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WalFile } from '@bulkhead/contracts';
import { EstateError, sha256Hex, syncDirectory } from '@bulkhead/kernel';
import { openWire, type WirePeer } from '@bulkhead/wire';
import type { Way } from './way.ts';

const SEGMENT_BYTES = 16_777_216;
const READ_LIMIT_MS = 86_400_000;

/**
 * Writes what stock PostgreSQL 18 restores by itself: the base as a tar, every segment plain and of full length, the
 * histories, and a script. Each digest is compared on the way.
 * @throws EstateError `archive.damaged`
 */
export async function writeExport(peer: WirePeer, compartment: string, { base, wal }: Way, directory: string): Promise<number> {
  const at = `/compartments/${encodeURIComponent(compartment)}`;
  await mkdir(join(directory, 'wal'), { recursive: true, mode: 0o700 });
  await writeBase(peer, `${at}/bases/${base.id}`, join(directory, 'base.tar'), base.sha256);
  for (const file of wal.files) await writeWal(peer, `${at}/wal/${file.name}`, join(directory, 'wal'), file);
  const told = { compartment, base, systemId: wal.systemId, timeline: wal.timeline, endLsn: wal.endLsn, files: wal.files };
  await writeFile(join(directory, 'export.json'), `${JSON.stringify(told, null, 2)}\n`, { mode: 0o600 });
  await writeFile(join(directory, 'restore.sh'), restoreScript(wal.timeline), { mode: 0o700 });
  await writeFile(join(directory, 'README.txt'), readme(compartment, base.id, wal.endLsn), { mode: 0o600 });
  await syncDirectory(directory);
  return base.bytes + wal.files.length * SEGMENT_BYTES;
}

async function writeBase(peer: WirePeer, path: string, to: string, sha256: string): Promise<void> {
  const reply = await openWire(peer, { method: 'GET', path, timeoutMs: READ_LIMIT_MS });
  const hash = createHash('sha256');
  const file = await open(to, 'wx', 0o600);
  try {
    for await (const piece of reply.body) {
      hash.update(piece);
      await file.writeFile(piece);
    }
    await file.sync();
  } catch (cause) {
    throw new EstateError('archive.damaged', `exporting the base: it broke off; "bulkhead archive verify" tells where`, {
      cause,
    });
  } finally {
    await file.close();
  }
  if (hash.digest('hex') !== sha256) throw new EstateError('archive.damaged', 'exporting the base: it is not the one that came');
}

/** A growing segment is filled with zeros: PostgreSQL asks for whole ones, and ends where the records do. */
async function writeWal(peer: WirePeer, path: string, directory: string, { name }: WalFile): Promise<void> {
  const reply = await openWire(peer, { method: 'GET', path, timeoutMs: 60_000 });
  const pieces: Buffer[] = [];
  for await (const piece of reply.body) pieces.push(Buffer.from(piece));
  const bytes = Buffer.concat(pieces);
  if (sha256Hex(bytes) !== reply.headers['x-sha256'])
    throw new EstateError('archive.damaged', `exporting ${name}: it changed on the way`);
  const file = await open(join(directory, name), 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    if (!name.endsWith('.history')) await file.truncate(SEGMENT_BYTES);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** @param timeline the one to follow to its end */
function restoreScript(timeline: number): string {
  return `#!/bin/sh
# Makes a data directory for PostgreSQL 18 from this export. Nothing of Bulkhead is needed.
#   sh restore.sh /new/empty/directory
# Settings of headquarters are laid aside: whoever held it may have written commands into them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
data=\${1:?name a new, empty directory}
mkdir -p "$data"
[ -z "$(ls -A "$data")" ] || { echo "$data is not empty" >&2; exit 1; }
chmod 700 "$data"
tar -xf "$here/base.tar" -C "$data"
mkdir -p "$data/from-headquarters" "$data/pg_wal/archive_status"
for name in postgresql.conf postgresql.auto.conf pg_hba.conf pg_ident.conf; do
  [ ! -e "$data/$name" ] || mv "$data/$name" "$data/from-headquarters/$name"
done
: > "$data/pg_ident.conf"
echo 'local all all trust' > "$data/pg_hba.conf"
cat > "$data/postgresql.conf" <<END
listen_addresses = ''
unix_socket_directories = '$data'
unix_socket_permissions = 0700
hot_standby = off
event_triggers = off
restore_command = 'cp "$here/wal/%f" "%p"'
recovery_target_timeline = '${timeline}'
END
rm -f "$data/standby.signal" "$data/postmaster.pid"
touch "$data/recovery.signal"
echo "Start it as the user that owns $data: postgres -D $data"
echo "It replays the WAL and ends in normal operation; then connect to the socket in $data."
`;
}

function readme(compartment: string, base: string, endLsn: string): string {
  return `The archive of ${compartment}, taken out of Bulkhead: base ${base} and all WAL up to ${endLsn}.

base.tar     a base backup of PostgreSQL 18
wal/         WAL segments of 16 MiB and timeline histories, decrypted
restore.sh   sh restore.sh /new/empty/directory   then: postgres -D /new/empty/directory
export.json  what this was made from

To end earlier add to postgresql.conf before the start: recovery_target_time = '2026-11-22 10:00:00+00', or
recovery_target_lsn, and recovery_target_action = 'promote'.
These files are not encrypted. Run PostgreSQL on them as a user of its own: what the database holds may be hostile.
`;
}
