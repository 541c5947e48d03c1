import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import { adoptTree, type Isolation, makeDirectory, type Supervision, type UidAllocator } from '@bulkhead/supervision';
import { jailControl, jailDirectory, jailSockets, type Layout, ownDirectory } from '#supervisor/layout/layout.rules.ts';
import { describeJail } from './jail.rules.ts';
import type { Quarantine, QuarantineStore } from './jail.store.ts';

const QUARANTINES_AT_MOST = 20;

export type JailDeps = {
  readonly layout: Layout;
  readonly supervision: Supervision;
  readonly uids: UidAllocator;
  /** The group that off-site's processes share; undefined when all share one user. */
  readonly gid: number | undefined;
  readonly installation: string;
  readonly isolation: Isolation | undefined;
  readonly readers: Readonly<Record<string, string>>;
  readonly standbys: Readonly<Record<string, string>>;
  readonly store: QuarantineStore;
  readonly newSecret: () => string;
  readonly logLevel: string;
};

/** Starts the standby of a compartment. */
export async function startStandby(deps: JailDeps, compartment: string): Promise<void> {
  const name = `standby-${compartment}`;
  await startJail(deps, {
    name,
    compartment,
    mode: 'standby',
    directory: standbyDirectory(deps.layout, compartment),
    secret: known(deps.standbys, compartment),
  });
}

/** Throws a standby's files away and starts it again from the archive: standbys are disposable. */
export async function rebuildStandby(deps: JailDeps, compartment: string): Promise<void> {
  known(deps.standbys, compartment);
  await deps.supervision.stop(`standby-${compartment}`);
  await rm(standbyDirectory(deps.layout, compartment), { recursive: true, force: true, maxRetries: 5 });
  await startStandby(deps, compartment);
}

/** Starts a quarantine under a user of its own; asked again with the same id, tells of the one that stands. */
export async function startQuarantine(
  deps: JailDeps,
  asked: Omit<Quarantine, 'secret'>,
): Promise<{ readonly socket: string; readonly secret: string }> {
  known(deps.readers, asked.compartment);
  const fresh: Quarantine = { ...asked, secret: deps.newSecret() };
  let quarantine = fresh;
  await deps.store.changeQuarantines((standing) => {
    quarantine = standing.find(({ id }) => id === asked.id) ?? fresh;
    if (quarantine !== fresh) return standing;
    if (standing.length < QUARANTINES_AT_MOST) return [...standing, fresh];
    throw new EstateError(
      'request.too_many',
      `starting quarantine ${asked.id}: ${QUARANTINES_AT_MOST} stand already; give some back first`,
    );
  });
  await runQuarantine(deps, quarantine);
  return { socket: jailControl(deps.layout, `quarantine-${asked.id}`), secret: quarantine.secret };
}

/** Starts the quarantines that stood when this site last ended, and removes what a kill left of others. */
export async function resumeQuarantines(deps: JailDeps): Promise<void> {
  const standing = await deps.store.listQuarantines();
  for (const id of await readdir(ownDirectory(deps.layout, 'quarantine'))) {
    if (!standing.some((one) => one.id === id)) await deleteQuarantine(deps, id);
  }
  for (const quarantine of standing) await runQuarantine(deps, quarantine);
}

/** The group that may read a compartment's WAL: its standby and its quarantines, and nobody else but the receiver. */
export async function jailGroup(uids: UidAllocator, compartment: string): Promise<number | undefined> {
  return (await uids.ownerOf(`jails-${compartment}`))?.uid;
}

/** Stops a quarantine and deletes all that is left of it. */
export async function deleteQuarantine(deps: JailDeps, id: string): Promise<void> {
  const name = `quarantine-${id}`;
  await deps.supervision.remove(name);
  await rm(quarantineDirectory(deps.layout, id), { recursive: true, force: true, maxRetries: 5 });
  await rm(jailDirectory(deps.layout, name), { recursive: true, force: true });
  await deps.uids.release(name);
  await deps.store.changeQuarantines((standing) => standing.filter((one) => one.id !== id));
}

async function runQuarantine(deps: JailDeps, { id, compartment, secret, targetLsn, newTimeline }: Quarantine): Promise<void> {
  const name = `quarantine-${id}`;
  const state = deps.supervision.statusOf(name)?.state;
  if (state !== undefined && state !== 'stopped' && state !== 'failed') return;
  await startJail(deps, {
    name,
    compartment,
    mode: 'quarantine',
    directory: quarantineDirectory(deps.layout, id),
    secret,
    targetLsn,
    newTimeline,
  });
}

type Jail = {
  readonly name: string;
  readonly compartment: string;
  readonly mode: 'standby' | 'quarantine';
  readonly directory: string;
  readonly secret: string;
  readonly targetLsn?: string | undefined;
  readonly newTimeline?: number | undefined;
};

async function startJail(deps: JailDeps, jail: Jail): Promise<void> {
  const { layout, uids, gid, supervision, installation, isolation, logLevel } = deps;
  const owner = await uids.ownerOf(jail.name, await jailGroup(uids, jail.compartment));
  const door = owner && gid !== undefined ? { uid: owner.uid, gid } : owner;
  await adoptTree(jail.directory, owner);
  await makeDirectory(jail.directory, { mode: 0o700, owner });
  // Off-site's processes may come to the jail; the jail's own group opens nothing but its compartment's WAL.
  await makeDirectory(jailDirectory(layout, jail.name), { mode: 0o710, owner: door });
  await makeDirectory(jailSockets(layout, jail.name), { mode: 0o700, owner });
  const readerSecret = known(deps.readers, jail.compartment);
  await supervision.start(describeJail({ ...jail, readerSecret, installation, isolation }, layout, owner, logLevel));
}

function standbyDirectory(layout: Layout, compartment: string): string {
  return join(ownDirectory(layout, 'standby'), compartment);
}

function quarantineDirectory(layout: Layout, id: string): string {
  return join(ownDirectory(layout, 'quarantine'), id);
}

function known(secrets: Readonly<Record<string, string>>, compartment: string): string {
  const secret = secrets[compartment];
  if (secret === undefined)
    throw new EstateError('compartment.unknown', `looking for the jail of ${compartment}: there is no such compartment`);
  return secret;
}
