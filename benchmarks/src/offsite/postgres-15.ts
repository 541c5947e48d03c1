import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '@bulkhead/testkit';
import { Client } from 'pg';
import { type findPostgres15, run, UNPRIVILEGED } from './tools.ts';

export type Postgres15 = NonNullable<ReturnType<typeof findPostgres15>>;
export type Server15 = {
  readonly dataDirectory: string;
  readonly socketDirectory: string;
  readonly superuserPassword: string;
  readonly query: (sql: string) => Promise<readonly Record<string, unknown>[]>;
  readonly connect: () => Promise<Client>;
  readonly stop: (signal?: 'SIGINT' | 'SIGKILL') => Promise<void>;
};

/** A directory that the server's user may write in. */
export async function makeOwned(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  if (UNPRIVILEGED) await chown(directory, UNPRIVILEGED.uid, UNPRIVILEGED.gid);
  await chmod(directory, 0o755);
  return directory;
}

/** Makes a new cluster of Debian's PostgreSQL 15 below a directory, and starts it. */
export async function createServer15(
  postgres: Postgres15,
  place: string,
  settings: Readonly<Record<string, string>>,
): Promise<Server15> {
  await makeOwned(place);
  const dataDirectory = join(place, 'pg');
  await run(postgres.bin('initdb'), ['-D', dataDirectory, '-U', 'postgres', '-A', 'trust', '-k', '--no-sync'], { asOwner: true });
  return startServer15(postgres, dataDirectory, await makeOwned(join(place, 's')), settings);
}

export async function startServer15(
  postgres: Postgres15,
  dataDirectory: string,
  socketDirectory: string,
  settings: Readonly<Record<string, string>>,
): Promise<Server15> {
  const all = {
    listen_addresses: '',
    unix_socket_directories: socketDirectory,
    max_connections: '60',
    max_wal_senders: '10',
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`);
  await appendFile(join(dataDirectory, 'postgresql.conf'), `\n${lines.join('\n')}\n`);
  const child = spawn(postgres.bin('postgres'), ['-D', dataDirectory], { stdio: 'ignore', cwd: '/', ...UNPRIVILEGED });
  const ended = once(child, 'exit');
  const connect = async () => {
    const client = new Client({ host: socketDirectory, user: 'postgres', database: 'postgres' });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const query = async (sql: string) => {
    const client = await connect();
    try {
      const { rows } = await client.query<Record<string, unknown>>(sql);
      return rows;
    } finally {
      await client.end();
    }
  };
  await waitUntil(() => query('select 1').then(() => true), { what: 'PostgreSQL 15 answers', timeoutMs: 1_800_000 });
  const stop = async (signal: 'SIGINT' | 'SIGKILL' = 'SIGINT') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
  };
  return { dataDirectory, socketDirectory, superuserPassword: '', query, connect, stop };
}
