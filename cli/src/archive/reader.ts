import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import { type EstatePaths, filesOf } from '#estate/paths.ts';
import { type Given, textOf } from '../command.ts';

const START_LIMIT_MS = 60_000;

/** Options of every command that reads an archive from its directory. */
export const FROM_OPTIONS = {
  from: { type: 'string', value: 'directory', help: "an archive's directory, or a copy of it; without it this estate's own" },
  identity: { type: 'string', value: 'file', help: "an age identity that opens the archive's keys; without it the site's own" },
} as const;

/** An archive that is read where it lies: nothing of it changes, and no estate need run. */
export type OpenArchive = { readonly peer: WirePeer; readonly compartments: readonly string[] };

/**
 * Reads an archive through the receiver's own code, in a short-lived process that only reads.
 * @throws EstateError `input.invalid`, `process.start_failed`
 */
export async function withArchive<Result>(
  given: Given,
  paths: EstatePaths,
  compartment: string | undefined,
  work: (archive: OpenArchive) => Promise<Result>,
): Promise<Result> {
  const { directory } = filesOf(paths).offsite;
  const found = await findCompartments(resolve(textOf(given, 'from') ?? join(directory, 'receiver')), compartment);
  const identity = resolve(textOf(given, 'identity') ?? join(directory, 'secrets', 'archive-identity.txt'));
  if (!existsSync(identity))
    throw new EstateError('input.invalid', `opening the archive: there is no identity ${identity}; give one with --identity`);
  const place = await mkdtemp(join(tmpdir(), 'bulkhead-archive-'));
  try {
    await mkdir(join(place, 'data'));
    for (const [name, path] of found) await symlink(path, join(place, 'data', name));
    return await withReceiver(paths, place, identity, [...found.keys()], work);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** Compartment → directory: of a compartment's own directory, or of one that holds several. */
async function findCompartments(from: string, compartment: string | undefined): Promise<Map<string, string>> {
  const isArchive = (path: string) => existsSync(join(path, 'state.json'));
  if (isArchive(from)) {
    if (compartment === undefined)
      throw new EstateError('input.invalid', `reading ${from}: say which compartment's archive it is`);
    return new Map([[compartment, from]]);
  }
  const names = await readdir(from).catch(() => []);
  const found = names.filter((name) => isArchive(join(from, name)) && (compartment ?? name) === name);
  if (found.length === 0)
    throw new EstateError(
      'input.invalid',
      `reading ${from}: it holds no archive${compartment ? ` of ${compartment}` : ''}; --from names the directory of one`,
    );
  return new Map(found.map((name) => [name, join(from, name)]));
}

async function withReceiver<Result>(
  paths: EstatePaths,
  place: string,
  identity: string,
  compartments: readonly string[],
  work: (archive: OpenArchive) => Promise<Result>,
): Promise<Result> {
  const secret = randomBytes(32).toString('hex');
  const socket = join(place, 'receiver.sock');
  const nowhere = { socketDirectory: place, walSocketDirectory: place, readerSecret: randomBytes(32).toString('hex') };
  const child = spawn(process.execPath, [join(paths.checkout, 'offsite/src/receiver/main.ts')], {
    env: {
      PATH: process.env['PATH'] ?? '',
      BULKHEAD_SUPERVISED: '1',
      DATA_DIRECTORY: join(place, 'data'),
      RECEIVER_SOCKET: socket,
      RECEIVER_SECRET: secret,
      IDENTITY_FILE: identity,
      READ_ONLY: '1',
      COMPARTMENTS: JSON.stringify(compartments.map((name) => ({ name, ...nowhere }))),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve_) => child.once('exit', () => resolve_()));
  try {
    await untilReady(child.stdout, child.stderr, ended);
    return await work({ peer: { socket, secret }, compartments });
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

async function untilReady(stdout: NodeJS.ReadableStream, stderr: NodeJS.ReadableStream, ended: Promise<void>): Promise<void> {
  let output = '';
  const ready = new Promise<void>((resolve_) => {
    for (const stream of [stdout, stderr])
      stream.on('data', (chunk) => {
        output = `${output}${String(chunk)}`.slice(-4000);
        if (output.includes('"ready"')) resolve_();
      });
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve_) => {
    timer = setTimeout(resolve_, START_LIMIT_MS);
  });
  await Promise.race([ready, ended, late]);
  clearTimeout(timer);
  if (!output.includes('"ready"'))
    throw new EstateError('process.start_failed', `opening the archive: ${/"message":"([^"]+)"/.exec(output)?.[1] ?? output}`);
}
