import { spawn } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { linkSchema, type ProcessStatus, type SiteStatus } from '@bulkhead/contracts';
import { EstateError, sha256Hex } from '@bulkhead/kernel';
import { z } from 'zod';
import { type EstatePaths, filesOf } from '#estate/paths.ts';
import type { RunningEstate } from '#estate/run.ts';
import { askSite } from '#site/launch.ts';
import type { Attempt, AttemptTask } from './attempt.ts';
import type { ExerciseDesk } from './desk.ts';

export type WiperOutcome = {
  readonly name: 'wiper';
  readonly findingMs: number;
  readonly rule: string;
  readonly sealedBy: readonly string[];
  readonly sealMs: number;
  readonly sealLsn: string;
  readonly sealedAt: string;
  /** What headquarters' users tried against off-site, and how much of it was refused. */
  readonly attempts: number;
  readonly refused: number;
  readonly succeeded: readonly string[];
  /** Whether the archive of the compartment ends at the seal, after all that was tried. */
  readonly isArchiveSilent: boolean;
  /** Files off-site that were there before the attempts and are not the same afterwards. */
  readonly altered: readonly string[];
};

const ATTEMPT = new URL('./attempt.ts', import.meta.url).pathname;
const attemptsSchema = z.array(z.object({ what: z.string(), refused: z.boolean(), how: z.string() }));
/** Files tried by each user: enough of each kind, and the exercise stays short. */
const FILES_TRIED = 12;

/**
 * Scenario "wiper": the processes of a compartment are killed and its database and blobs deleted; then
 * everything that headquarters' users hold is used to alter or delete what is off-site.
 */
export async function wipe(options: {
  readonly compartment: string;
  readonly running: RunningEstate;
  readonly paths: EstatePaths;
  readonly desk: ExerciseDesk;
  readonly tell: (line: string) => void;
}): Promise<WiperOutcome> {
  const { compartment, running, paths, desk, tell } = options;
  const headquarters = await getStatus(running);
  const known = (await desk.state()).findings.reduce((highest, { id }) => Math.max(highest, id), 0);
  const before = await fingerprint(filesOf(paths).offsite.directory);
  const begunAt = performance.now();
  for (const { name, pid } of headquarters.processes) if (pid !== null && name.startsWith(compartment)) kill(pid);
  const own = join(filesOf(paths).headquarters.directory, compartment);
  await Promise.all(['pg', 'blobs'].map((part) => rm(join(own, part), { recursive: true, force: true, maxRetries: 10 })));
  tell(`${compartment}: processes killed, database and blobs deleted`);
  const found = await desk.until('the finding of the wiper', ({ findings }) =>
    findings.some((finding) => finding.id > known && finding.compartment === compartment),
  );
  const findingMs = performance.now() - begunAt;
  const rule = found.findings.find((finding) => finding.id > known && finding.compartment === compartment)?.rule ?? '';
  tell(`found after ${Math.round(findingMs)} ms by ${rule}`);
  const seal = await untilSealed(desk, compartment);
  tell(`sealed at ${seal.lsn} by ${seal.by.join(', ')}, ${Math.round(seal.tookMs)} ms from order to last effect`);
  const attempts = await attackOffsite(headquarters, options);
  const succeeded = attempts.filter(({ refused }) => !refused).map(({ what }) => what);
  const altered = await listAltered(before, filesOf(paths).offsite.directory);
  tell(
    `${attempts.length} attempts against off-site with what headquarters holds: ${attempts.length - succeeded.length} refused, ${altered.length} files altered`,
  );
  return {
    name: 'wiper',
    findingMs: Math.round(findingMs),
    rule,
    sealedBy: seal.by,
    sealMs: Math.round(seal.tookMs),
    sealLsn: seal.lsn,
    sealedAt: seal.at,
    attempts: attempts.length,
    refused: attempts.length - succeeded.length,
    succeeded,
    isArchiveSilent: (await desk.state()).compartments.some(
      ({ name, flushedLsn }) => name === compartment && flushedLsn === seal.lsn,
    ),
    altered,
  };
}

async function getStatus(running: RunningEstate): Promise<SiteStatus> {
  const status = await askSite(running.headquarters);
  if (!status) throw new EstateError('wire.unreachable', 'asking headquarters for its processes');
  return status;
}

/** The rule in the manifest seals by itself; if it names none, the first operator does. */
async function untilSealed(desk: ExerciseDesk, compartment: string) {
  const isSealed = ({ compartments }: Awaited<ReturnType<ExerciseDesk['state']>>) => {
    const own = compartments.find(({ name }) => name === compartment);
    return (
      own?.desired === 'sealed' && own.seal !== null && own.applied.gateway === 'sealed' && own.applied.supervisor === 'sealed'
    );
  };
  const state = await desk.until('the seal', isSealed, 3000).catch(async () => {
    await desk.seal(compartment, 'exercise: its storage is gone');
    return desk.until('the seal', isSealed);
  });
  const seal = state.compartments.find(({ name }) => name === compartment)?.seal;
  if (!seal) throw new EstateError('compartment.wrong_state', `looking for the seal of ${compartment}`);
  return seal;
}

async function attackOffsite(headquarters: SiteStatus, options: Parameters<typeof wipe>[0]): Promise<Attempt[]> {
  const task = await describeTask(headquarters, options);
  const made: Attempt[] = [];
  for (const uid of listUsers(headquarters)) made.push(...(await attemptAll({ ...task, uid })));
  return made;
}

/** The users that headquarters' processes run as; null stands for this process's own, where all share one. */
function listUsers({ boundary, processes }: SiteStatus): (number | null)[] {
  if (boundary === 'api') return [null];
  return [...new Set(processes.map(({ uid }: ProcessStatus) => uid))].filter((uid) => uid !== null && uid !== 0);
}

async function describeTask(
  headquarters: SiteStatus,
  { compartment, paths }: Parameters<typeof wipe>[0],
): Promise<Omit<AttemptTask, 'uid'>> {
  const link = linkSchema.parse(JSON.parse(await readFile(filesOf(paths).headquarters.link, 'utf8')));
  const sockets = join(paths.runtime, 'offsite');
  const directory = filesOf(paths).offsite.directory;
  const files = [...(await fingerprint(directory)).keys()];
  // Where all processes share one user, files and closed sockets are open to it by nature: that boundary is not shown.
  const isShown = headquarters.boundary === 'uid';
  const step = Math.max(1, Math.floor(files.length / FILES_TRIED));
  const digests = files.filter((file) => /[0-9a-f]{64}$/.test(file)).map((file) => file.slice(-64));
  const secret = link.vaultSecrets[compartment];
  return {
    files: isShown ? files.filter((_, at) => at % step === 0).map((file) => join(directory, file)) : [],
    closedSockets: isShown ? await listClosedSockets(sockets) : [],
    vault: secret ? { socket: join(sockets, 'vault.sock'), secret, digests: digests.slice(0, 5) } : null,
    recovery: { socket: join(sockets, 'recovery.sock'), secret: link.recoverySecret },
    publisher: { socket: join(sockets, 'publisher.sock'), secret: link.publisherSecret, compartment },
  };
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
