import { spawn } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
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
/** Where off-site keeps what must not change. */
const KEPT = ['vault', 'receiver', 'ledger', 'publisher'];

/** Kills the processes of the compartment and deletes its database and blobs. */
export async function wipe({
  running,
  paths,
  tell,
  compartment,
}: Pick<Stage, 'running' | 'paths' | 'tell' | 'compartment'>): Promise<void> {
  for (const { name, pid } of (await getStatus(running)).processes) if (pid !== null && name.startsWith(compartment)) kill(pid);
  const own = join(filesOf(paths).headquarters.directory, compartment);
  await Promise.all(['pg', 'blobs'].map((part) => rm(join(own, part), { recursive: true, force: true, maxRetries: 10 })));
  tell(`${compartment}: processes killed, database and blobs deleted`);
}

/** Uses all that headquarters' users hold to alter or delete what is off-site. */
export async function attackOffsite(place: Place & Pick<Stage, 'witness'>): Promise<OffsiteAttack> {
  const headquarters = await getStatus(place.running);
  const before = await fingerprint(filesOf(place.paths).offsite.directory);
  const task = await describeTask(headquarters, place);
  const attempts: Attempt[] = [];
  for (const uid of listUsers(headquarters)) attempts.push(...(await attemptAll({ ...task, uid })));
  const altered = await listAltered(before, filesOf(place.paths).offsite.directory);
  // Off-site itself lets go of old editions' files: what the newest one names must be there.
  const named = new Set(place.witness.latest?.files.map(({ sha256 }) => sha256));
  return { attempts, altered: altered.filter(({ path, isGone }) => !isGone || !isLetGo(path, named)).map(({ path }) => path) };
}

/** Whether a file that is gone is one of an edition that a newer one took the place of. */
function isLetGo(path: string, named: ReadonlySet<string>): boolean {
  return path.startsWith('publisher/') && !named.has(basename(path));
}

/** Uses what the website presents to the vault to overwrite and delete the blobs that it put there. */
export async function attackVault(place: Place): Promise<OffsiteAttack> {
  const headquarters = await getStatus(place.running);
  const directory = filesOf(place.paths).offsite.directory;
  const before = await fingerprint(directory, ['vault']);
  const { vault } = await describeTask(headquarters, place);
  const uid = headquarters.processes.find(({ name }) => name === COMPARTMENT)?.uid ?? null;
  const task = { uid: headquarters.boundary === 'api' ? null : uid, files: [], closedSockets: [], vault };
  const attempts = await attemptAll({ ...task, recovery: null, publisher: null });
  const altered = await listAltered(before, directory, ['vault']);
  return { attempts, altered: altered.map(({ path }) => path) };
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
async function fingerprint(directory: string, kept = KEPT): Promise<Map<string, string>> {
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
  return /^[0-9a-f]{64}$/.test(name) || name.endsWith('.pack') || name === 'base.json' || name === 'map.zst.enc';
}

type Altered = { readonly path: string; readonly isGone: boolean };

async function listAltered(before: ReadonlyMap<string, string>, directory: string, kept = KEPT): Promise<Altered[]> {
  const after = await fingerprint(directory, kept);
  const altered = [...before].filter(([path, digest]) => after.get(path) !== digest);
  return altered.map(([path]) => ({ path, isGone: !after.has(path) }));
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ESRCH') return;
    throw cause;
  }
}
