import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DeskState, deskStateSchema, type ProcessStatus, type SiteStatus, siteStatusSchema } from '@bulkhead/contracts';
import { type Admin, connectionTo, openAdmin } from '@bulkhead/postgres';
import { type EstateProcess, waitUntil } from '@bulkhead/testkit';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

export type SiteName = 'headquarters' | 'offsite';
/** An estate, or one site of it, as its start described it. */
export type Described = Pick<EstateProcess, 'description'>;

const CONTROL: Record<SiteName, string> = { headquarters: 'hq/supervisor.sock', offsite: 'offsite/supervisor.sock' };
const ASK_LIMIT_MS = 5000;
const noteSchema = z.object({
  keeper: z.object({ pid: z.number() }),
  supervisor: z.object({ pid: z.number() }),
  secrets: z.object({ control: z.string(), desk: z.string() }),
});

/** How a site of an estate under test runs: its supervisor, and by which secrets it is asked. */
export async function noteOf({ description }: Described, site: SiteName) {
  return noteSchema.parse(JSON.parse(await readFile(join(description.data, `run-${site}.json`), 'utf8')));
}

/** What `bulkhead status` asks, without a process for each question: waiting must not slow down what is waited for. */
export async function askSite(estate: Described, site: SiteName): Promise<SiteStatus> {
  const { secrets } = await noteOf(estate, site);
  const peer: WirePeer = { socket: join(estate.description.runtime, CONTROL[site]), secret: secrets.control };
  return callWire(peer, { method: 'GET', path: '/status', timeoutMs: ASK_LIMIT_MS }, siteStatusSchema);
}

/** What operators see. */
export async function askDesk(estate: Described): Promise<DeskState> {
  const { secrets } = await noteOf(estate, 'offsite');
  const peer: WirePeer = { socket: join(estate.description.runtime, 'offsite/desk.sock'), secret: secrets.desk };
  return callWire(peer, { method: 'GET', path: '/state', timeoutMs: ASK_LIMIT_MS }, deskStateSchema);
}

/** All processes that the two supervisors keep. */
export async function listProcesses(estate: EstateProcess): Promise<ProcessStatus[]> {
  const [headquarters, offsite] = await Promise.all([askSite(estate, 'headquarters'), askSite(estate, 'offsite')]);
  return [...headquarters.processes, ...offsite.processes];
}

/** Waits until every process runs and every compartment writes. */
export async function untilAllIsWell(estate: EstateProcess, timeoutMs = 120_000): Promise<void> {
  await waitUntil(
    async () => {
      const [headquarters, offsite, desk] = await Promise.all([
        askSite(estate, 'headquarters'),
        askSite(estate, 'offsite'),
        askDesk(estate),
      ]);
      const isRunning = [...headquarters.processes, ...offsite.processes].every(({ state }) => state === 'running');
      const isOpen = headquarters.compartments.every(({ state }) => state === 'open');
      return isRunning && isOpen && desk.compartments.every(({ stream }) => stream === 'streaming' || stream === 'none');
    },
    { what: 'every process runs and every compartment writes', timeoutMs },
  );
}

/** The address whose host begins with this label, without a path. */
export function originOf(estate: Described, host: string): string {
  const found = estate.description.addresses.find(({ url }) => new URL(url).hostname.split('.')[0] === host);
  assert.ok(found, `no address begins with ${host}`);
  return new URL(found.url).origin;
}

/** Ends a process of the estate under test as a crash would; one that is gone already is no fault. */
export function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'ESRCH', String(error));
  }
}

/** What somebody could do who took the password from the process that has it. */
export async function openAsApplication(estate: EstateProcess): Promise<Admin> {
  const { processes } = await askSite(estate, 'headquarters');
  const pid = processes.find(({ name }) => name === 'website')?.pid;
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
  const value = (name: string) =>
    environment
      .split('\0')
      .find((line) => line.startsWith(`${name}=`))
      ?.slice(name.length + 1) ?? '';
  return openAdmin(
    connectionTo(value('DATABASE_SOCKET_DIRECTORY'), {
      database: value('DATABASE_NAME'),
      role: value('DATABASE_ROLE'),
      password: value('DATABASE_PASSWORD'),
    }),
  );
}

/** What somebody could do who is superuser of a compartment's database. */
export async function openAsSuperuser(estate: EstateProcess, compartment = 'website'): Promise<Admin> {
  const path = join(estate.description.data, `headquarters/supervisor/secrets-${compartment}.json`);
  const { superusers } = JSON.parse(await readFile(path, 'utf8')) as { superusers: Record<string, string> };
  return openAdmin(
    connectionTo(join(estate.description.runtime, `hq/${compartment}-pg`), {
      database: compartment,
      role: 'postgres',
      password: superusers[compartment] ?? '',
    }),
  );
}
