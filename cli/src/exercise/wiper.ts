import { spawn } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Link, linkSchema, type ProcessStatus, type SiteStatus } from '@bulkhead/contracts';
import { EstateError, sha256Hex } from '@bulkhead/kernel';
import { readJson } from '@bulkhead/supervision';
import { z } from 'zod';
import { type EstatePaths, filesOf } from '#estate/paths.ts';
import type { RunningEstate } from '#estate/run.ts';
import { askSite } from '#site/launch.ts';
import type { Attempt, AttemptTask } from './attempt.ts';
import { COMPARTMENT, type Stage } from './scenario/scenario.ts';

/** What headquarters' users tried against off-site while the compartment was sealed. */
export type OffsiteAttack = {
  readonly attempts: readonly Attempt[];
  /** Files off-site that were there before the attempts and are not the same afterwards. */
  readonly altered: readonly string[];
};
type Place = Pick<Stage, 'running' | 'paths'>;

const ATTEMPT = new URL('./attempt.ts', import.meta.url).pathname;
const attemptsSchema = z.array(z.object({ what: z.string(), refused: z.boolean(), how: z.string() }));
/** Files tried by each user: enough of each kind, and the exercise stays short. */
const FILES_TRIED = 12;

/** Kills the processes of the compartment and deletes its database and blobs. */
export async function wipe({ running, paths, tell }: Pick<Stage, 'running' | 'paths' | 'tell'>): Promise<void> {
  for (const { name, pid } of (await getStatus(running)).processes) if (pid !== null && name.startsWith(COMPARTMENT)) kill(pid);
  const own = join(filesOf(paths).headquarters.directory, COMPARTMENT);
  await Promise.all(['pg', 'blobs'].map((part) => rm(join(own, part), { recursive: true, force: true, maxRetries: 10 })));
  tell(`${COMPARTMENT}: processes killed, database and blobs deleted`);
}

/** Uses all that headquarters' users hold to alter or delete what is off-site. */
export async function attackOffsite(place: Place): Promise<OffsiteAttack> {
  const headquarters = await getStatus(place.running);
  const before = await fingerprint(filesOf(place.paths).offsite.directory);
  const task = await describeTask(headquarters, place);
  const attempts: Attempt[] = [];
  for (const uid of listUsers(headquarters)) attempts.push(...(await attemptAll({ ...task, uid })));
  return { attempts, altered: await listAltered(before, filesOf(place.paths).offsite.directory) };
}

async function getStatus(running: RunningEstate): Promise<SiteStatus> {
  const status = await askSite(running.headquarters);
  if (!status) throw new EstateError('wire.unreachable', 'asking headquarters for its processes');
  return status;
}

/** The users that headquarters' processes run as; null stands for this process's own, where all share one. */
function listUsers({ boundary, processes }: SiteStatus): (number | null)[] {
  if (boundary === 'api') return [null];
  return [...new Set(processes.map(({ uid }: ProcessStatus) => uid))].filter((uid) => uid !== null && uid !== 0);
}

async function describeTask(headquarters: SiteStatus, { paths }: Place): Promise<Omit<AttemptTask, 'uid'>> {
  const link = linkSchema.parse(JSON.parse(await readFile(filesOf(paths).headquarters.link, 'utf8')));
  const sockets = join(paths.runtime, 'offsite');
  const directory = filesOf(paths).offsite.directory;
  const files = [...(await fingerprint(directory)).keys()];
  // Where all processes share one user, files and closed sockets are open to it by nature: that boundary is not shown.
  const isShown = headquarters.boundary === 'uid';
  const step = Math.max(1, Math.floor(files.length / FILES_TRIED));
  const digests = files.filter((file) => /[0-9a-f]{64}$/.test(file)).map((file) => file.slice(-64));
  const secret = await findVaultSecret(paths, link);
  return {
    files: isShown ? files.filter((_, at) => at % step === 0).map((file) => join(directory, file)) : [],
    closedSockets: isShown ? await listClosedSockets(sockets) : [],
    vault: secret ? { socket: join(sockets, 'vault.sock'), secret, digests: digests.slice(0, 5) } : null,
    recovery: { socket: join(sockets, 'recovery.sock'), secret: link.recoverySecret },
    publisher: { socket: join(sockets, 'publisher.sock'), secret: link.publisherSecret, compartment: COMPARTMENT },
  };
}

/** What headquarters presents to the vault now: a recovery replaces the secret of the joining. */
async function findVaultSecret(paths: EstatePaths, link: Link): Promise<string | undefined> {
  const file = join(filesOf(paths).headquarters.directory, 'supervisor', `secrets-${COMPARTMENT}.json`);
  const kept = await readJson(file, z.object({ vaults: z.record(z.string(), z.string()).default({}) }));
  return kept?.vaults[COMPARTMENT] ?? link.vaultSecrets[COMPARTMENT];
}

/** Every socket off-site but those in the directories that are for headquarters and operators. */
async function listClosedSockets(sockets: string): Promise<string[]> {
  const open = ['recovery', 'publisher', 'vault', 'receiver'].map((name) => join(sockets, name));
  const entries = await readdir(sockets, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isSocket() && !open.includes(entry.parentPath))
    .map((entry) => join(entry.parentPath, entry.name));
}

async function attemptAll(task: AttemptTask): Promise<Attempt[]> {
  const child = spawn(process.execPath, [ATTEMPT], { env: {}, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(task));
  return attemptsSchema.parse(JSON.parse(await text(child.stdout)));
}

/** Every settled file off-site, by path, with a digest of its content: what must not change. */
async function fingerprint(directory: string): Promise<Map<string, string>> {
  const kept = ['vault', 'receiver', 'ledger', 'publisher'];
  const found = new Map<string, string>();
  for (const part of kept) {
    const entries = await readdir(join(directory, part), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isFile() || !isSettled(entry.name)) continue;
      const path = join(entry.parentPath, entry.name);
      const content = await readFile(path).catch(() => undefined);
      if (content) found.set(path.slice(directory.length + 1), sha256Hex(content));
    }
  }
  return found;
}

/** Blobs, complete bases and the files of editions never change; journals, heads and partial segments grow. */
function isSettled(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name) || name === 'base.tar' || name === 'base.json';
}

async function listAltered(before: ReadonlyMap<string, string>, directory: string): Promise<string[]> {
  const after = await fingerprint(directory);
  return [...before].filter(([path, digest]) => after.get(path) !== digest).map(([path]) => path);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ESRCH') return;
    throw cause;
  }
}
