import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { sleepMs } from '@bulkhead/kernel';
import { READER_SECRET } from '#receiver/tests/headquarters.ts';
import { commit, GATEWAY, makeDirectory, type makeWorld, mint, until } from './world.ts';

const PROCESS = fileURLToPath(new URL('./chronicle-process.ts', import.meta.url));

type World = Awaited<ReturnType<typeof makeWorld>>;

/** Runs a chronicle for a while and kills it. */
async function runAndKill({ standby, receiver }: World, directory: string, ms: number, seen: Set<number>): Promise<void> {
  const options = {
    directory,
    jail: standby.peer,
    receiver: { socket: receiver.peer.socket, secret: READER_SECRET },
    key: GATEWAY.verifying,
  };
  const child = spawn(process.execPath, [PROCESS, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] });
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) seen.add(Number(line));
  });
  await sleepMs(ms);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

/** Whatever is written while a chronicle is killed in each round stands in its index once, and was shown to the watch. */
export async function killInRounds(world: World, rounds: number): Promise<void> {
  const { headquarters, standby } = world;
  const directory = makeDirectory();
  const seen = new Set<number>();
  let isWriting = true;
  let written = 0;
  const writing = (async () => {
    while (isWriting) {
      written += 1;
      await commit(
        headquarters,
        [await mint()],
        [`insert into note (id, text) select ${written} * 1000 + n, 'x' from generate_series(1, ${1 + (written % 50)}) n`],
      );
    }
  })();
  for (let round = 0; round < rounds; round += 1) await runAndKill(world, directory, 900 + ((round * 173) % 700), seen);
  await standby.kill('SIGKILL');
  await standby.start();
  isWriting = false;
  await writing;
  const { chronicle, seen: last, reader, close } = world.openChronicle(directory);
  chronicle.start();
  const count = () =>
    reader.all<{ found: number }>("select count(*) as found from tx where tables like '%note%' and untagged = 0")[0]?.found ?? 0;
  await until(() => count() >= written, `all ${written} are there`);
  assert.equal(count(), written);
  const [changes] = reader.all<{ total: number; keys: number }>(
    'select count(*) as total, count(distinct key) as keys from change where kind = 0',
  );
  assert.equal(changes?.total, changes?.keys, 'no change stands twice');
  for (const { transaction } of last) seen.add(transaction.sequence);
  const all = reader.all<{ sequence: number }>('select sequence from tx order by sequence').map(({ sequence }) => sequence);
  assert.deepEqual(
    all.filter((sequence) => !seen.has(sequence)),
    [],
    'every one was shown',
  );
  assert.deepEqual(
    all,
    all.map((_, at) => at + 1),
    'without a hole',
  );
  // A jail has one reader: two would send each other away.
  await close();
  const again = world.openChronicle(makeDirectory());
  again.chronicle.start();
  await until(() => again.reader.count().transactions >= all.length, 'it is made again', 120_000);
  await again.close();
  const rows = (from: typeof again) => from.rows('change');
  assert.equal(rows(again).length, changes?.total);
}
