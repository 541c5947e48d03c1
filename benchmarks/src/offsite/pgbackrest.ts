import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServer15, makeOwned, type Postgres15, type Server15, startServer15 } from './postgres-15.ts';
import { type Figures, run } from './tools.ts';

/** A primary of PostgreSQL 15 whose WAL pgbackrest archives, each segment when it is full, as it does by default. */
export type BackedUp = {
  readonly server: Server15;
  readonly backUp: () => Promise<void>;
  /** Restores to a point, or to the end of the archive, beside the primary; the figures count until it writes again. */
  readonly restore: (targetLsn: string | undefined) => Promise<{ readonly server: Server15; readonly figures: Figures }>;
};

export async function startBackedUp(
  postgres: Postgres15,
  place: string,
  settings: Readonly<Record<string, string>>,
): Promise<BackedUp> {
  const home = await makeOwned(join(place, 'backrest'));
  const configuration = join(home, 'pgbackrest.conf');
  const words = (...more: string[]) => [`--config=${configuration}`, '--stanza=bench', ...more];
  const dataDirectory = join(place, 'primary/pg');
  const told = {
    'repo1-path': await makeOwned(join(home, 'repository')),
    'lock-path': await makeOwned(join(home, 'lock')),
    'log-level-file': 'off',
    'spool-path': await makeOwned(join(home, 'spool')),
    'process-max': '2',
    'archive-async': 'n',
  };
  const pg = { 'pg1-path': dataDirectory, 'pg1-socket-path': join(place, 'primary/s'), 'pg1-user': 'postgres' };
  const lines = (some: object) => Object.entries(some).map(([name, value]) => `${name}=${value}`);
  await writeFile(configuration, ['[global]', ...lines(told), '[bench]', ...lines(pg), ''].join('\n'), { mode: 0o644 });
  const archive = `pgbackrest ${words('archive-push', '%p').join(' ')}`;
  const server = await createServer15(postgres, join(place, 'primary'), {
    archive_mode: 'on',
    archive_command: archive,
    ...settings,
  });
  await run('pgbackrest', words('stanza-create'), { asOwner: true });
  let restores = 0;
  return {
    server,
    backUp: async () => void (await run('pgbackrest', words('--type=full', '--start-fast', 'backup'), { asOwner: true })),
    restore: async (targetLsn) => {
      const into = await makeOwned(join(place, `restored-${(restores += 1)}`));
      const target = targetLsn === undefined ? [] : ['--type=lsn', `--target=${targetLsn}`, '--target-action=promote'];
      const begunMs = performance.now();
      const path = join(into, 'pg');
      await makeOwned(path);
      const copied = await run('pgbackrest', words(`--pg1-path=${path}`, ...target, 'restore'), { asOwner: true });
      const restored = await startServer15(postgres, path, await makeOwned(join(into, 's')), {
        archive_mode: 'off',
        ...settings,
      });
      for (;;) {
        const [row] = await restored.query('select pg_is_in_recovery() as is_replaying');
        if (row?.['is_replaying'] === false) break;
      }
      return { server: restored, figures: { ...copied, seconds: (performance.now() - begunMs) / 1000 } };
    },
  };
}
