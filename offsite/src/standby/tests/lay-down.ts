import { chown, lstat, mkdir, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openWire, type WirePeer } from '@bulkhead/wire';
import { extract } from 'tar-stream';
import { HEADQUARTERS_OWNER } from '#receiver/tests/headquarters.ts';

/** Lays a quarantine's image down as headquarters would. */
export async function layDown(quarantine: WirePeer, dataDirectory: string): Promise<void> {
  const reply = await openWire(quarantine, { method: 'GET', path: '/image', timeoutMs: 60_000 });
  await mkdir(dirname(dataDirectory), { recursive: true, mode: 0o755 });
  await mkdir(dataDirectory, { mode: 0o700 });
  // Nothing may come between these two and the loop: entries that nobody awaits yet are lost.
  const unpacker = extract();
  const fed = pipeline(reply.body, unpacker);
  for await (const entry of unpacker) {
    const path = join(dataDirectory, entry.header.name);
    if (entry.header.type === 'directory') {
      await mkdir(path, { recursive: true, mode: 0o700 });
      entry.resume();
    } else {
      const handle = await open(path, 'wx', 0o600);
      for await (const chunk of entry) if (chunk instanceof Uint8Array) await handle.writeFile(chunk);
      await handle.close();
    }
  }
  await fed;
  if (HEADQUARTERS_OWNER) await give(dataDirectory, HEADQUARTERS_OWNER.uid, HEADQUARTERS_OWNER.gid);
}

async function give(path: string, uid: number, gid: number): Promise<void> {
  await chown(path, uid, gid);
  if ((await lstat(path)).isDirectory()) for (const name of await readdir(path)) await give(join(path, name), uid, gid);
}
