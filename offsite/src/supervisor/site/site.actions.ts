import { readFile, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type Estate, type Link, type Trust } from '@bulkhead/contracts';
import { writeDurably } from '@bulkhead/kernel';
import {
  adoptTree,
  handOverFile,
  makeDirectory,
  type Owner,
  requireOwnDirectory,
  type UidAllocator,
  writeJsonDurably,
} from '@bulkhead/supervision';
import { jailGroup } from '#supervisor/jail/jail.actions.ts';
import {
  innerDirectory,
  type Layout,
  outerDirectory,
  outerSocket,
  ownDirectory,
  WELL_KNOWN,
  walSockets,
} from '#supervisor/layout/layout.rules.ts';
import { PROCESSES, type ProcessName, READER, type Sites } from '#supervisor/process/process.rules.ts';

/** What off-site was given to start with. */
export type Given = { readonly estate: Estate; readonly trust: Trust; readonly link: Link };

/** Makes the directories of the supervisor itself: enough to take the lock. */
export async function prepareSupervisor(layout: Layout): Promise<void> {
  await makeDirectory(layout.data, { mode: 0o711 });
  await makeDirectory(layout.supervisor, { mode: 0o700 });
  await makeDirectory(layout.logs, { mode: 0o700 });
  await makeDirectory(layout.published, { mode: 0o755 });
}

/**
 * Makes every directory with its owner. Each process has its own, for data and for sockets: none can put a socket in
 * another's place. The well-known names are links that only the supervisor can make.
 */
export async function prepareDirectories(
  layout: Layout,
  compartments: readonly string[],
  uids: UidAllocator,
  gid: number | undefined,
): Promise<void> {
  await makeDirectory(dirname(layout.sockets), { mode: 0o711 });
  await requireOwnDirectory(dirname(layout.sockets));
  await makeDirectory(layout.sockets, { mode: 0o711 });
  await makeDirectory(layout.internal, { mode: 0o710, owner: gid === undefined ? undefined : { uid: 0, gid } });
  for (const name of PROCESSES) {
    const owner = await uids.ownerOf(name, gid);
    await adoptTree(ownDirectory(layout, name), owner);
    await makeDirectory(ownDirectory(layout, name), { mode: 0o700, owner });
    await makeDirectory(innerDirectory(layout, name), { mode: 0o710, owner });
    await makeDirectory(outerDirectory(layout, name), { mode: 0o711, owner });
  }
  await makeDirectory(innerDirectory(layout, READER), { mode: 0o710, owner: await uids.ownerOf('receiver', gid) });
  for (const name of ['standby', 'quarantine']) await makeDirectory(ownDirectory(layout, name), { mode: 0o711 });
  await makeDirectory(join(layout.sockets, 'j'), { mode: 0o711 });
  await makeDirectory(dirname(layout.databaseDirectory), { mode: 0o711 });
  const database = await uids.ownerOf('database', gid);
  await adoptTree(layout.databaseDirectory, database);
  await makeDirectory(layout.databaseSockets, { mode: 0o710, owner: database });
  await prepareWalSockets(layout, compartments, uids);
  for (const { process, name } of WELL_KNOWN) {
    const path = join(layout.sockets, `${name}.sock`);
    await rm(path, { force: true });
    await symlink(relative(layout.sockets, outerSocket(layout, process, name)), path);
  }
}

/** Sockets made in a set-gid directory belong to its group: the receiver serves them, the compartment's jails may connect. */
async function prepareWalSockets(layout: Layout, compartments: readonly string[], uids: UidAllocator): Promise<void> {
  const receiver = await uids.ownerOf('receiver');
  for (const name of compartments) {
    const group = await jailGroup(uids, name);
    const owner = receiver && group !== undefined ? { uid: receiver.uid, gid: group } : undefined;
    await makeDirectory(walSockets(layout, name), { mode: 0o2710, owner });
  }
}

/**
 * Puts down what every process may read. Certificates are among it: they are shown to everybody, whoever looks from outside needs them,
 * and where the originals lie perhaps root alone may look.
 */
export async function publish(layout: Layout, estate: Estate, trust: Trust): Promise<void> {
  await writeJsonDurably(layout.estateFile, await publishCertificates(layout, estate), 0o644);
  await writeJsonDurably(layout.trustFile, trust, 0o644);
}

async function publishCertificates(layout: Layout, estate: Estate): Promise<Estate> {
  const copied = async (name: string, tls: Estate['tls']): Promise<Estate['tls']> => {
    if (!tls) return null;
    const certificateFile = join(layout.published, `${name}.pem`);
    await writeDurably(certificateFile, await readFile(tls.certificateFile), 0o644);
    return { ...tls, certificateFile };
  };
  const { tls, standIn, readingRoom } = estate;
  return {
    ...estate,
    tls: await copied('certificate', tls),
    ...(standIn ? { standIn: { ...standIn, tls: await copied('stand-in', standIn.tls) } } : {}),
    ...(readingRoom ? { readingRoom: { ...readingRoom, tls: await copied('reading-room', readingRoom.tls) } } : {}),
  };
}

/** Gives each signing key, and TLS files, to the process that needs them. Without uids of their own processes read the originals. */
export async function handOutKeys(
  layout: Layout,
  estate: Estate,
  originals: Sites['keys'],
  ownerOf: (process: ProcessName) => Promise<Owner | undefined>,
): Promise<Pick<Sites, 'keys' | 'files' | 'statusEstateFile' | 'readingRoomEstateFile' | 'vaultTarget'>> {
  const { tls, vaultTarget = { kind: 'disk' }, readingRoom } = estate;
  const status = await ownerOf('status');
  if (status === undefined) {
    const filesOf = (given: Estate['tls']) => (given ? [given.certificateFile, given.keyFile] : []);
    const files = filesOf(tls);
    return {
      keys: originals,
      files: { status: files, readingRoom: filesOf(readingRoom?.tls ?? null) },
      statusEstateFile: layout.estateFile,
      vaultTarget,
    };
  }
  const give = async (process: ProcessName, name: string, from: string) => {
    const owner = await ownerOf(process);
    const directory = join(ownDirectory(layout, process), 'secrets');
    await makeDirectory(directory, { mode: 0o700, owner });
    return handOverFile(await readFile(from), join(directory, name), owner);
  };
  const keys = {
    order: await give('recovery', 'signing-key.json', originals.order),
    edition: await give('publisher', 'signing-key.json', originals.edition),
    ledger: await give('ledger', 'signing-key.json', originals.ledger),
  };
  const ownTarget =
    vaultTarget.kind === 's3'
      ? { ...vaultTarget, credentialsFile: await give('vault', 'credentials.json', vaultTarget.credentialsFile) }
      : vaultTarget;
  const estateWith = async (process: ProcessName, given: NonNullable<Estate['tls']>, describe: (own: typeof given) => Estate) => {
    const certificateFile = await give(process, 'certificate.pem', given.certificateFile);
    const keyFile = await give(process, 'tls-key.pem', given.keyFile);
    const own = JSON.stringify(describe({ certificateFile, keyFile }));
    return handOverFile(own, join(dirname(keyFile), 'estate.json'), await ownerOf(process));
  };
  return {
    keys,
    files: { status: [], readingRoom: [] },
    statusEstateFile: tls ? await estateWith('status', tls, (own) => ({ ...estate, tls: own })) : layout.estateFile,
    readingRoomEstateFile: readingRoom?.tls
      ? await estateWith('reading-room', readingRoom.tls, (own) => ({ ...estate, readingRoom: { ...readingRoom, tls: own } }))
      : layout.estateFile,
    vaultTarget: ownTarget,
  };
}

/** The estate as processes see it: the compartments' code where the runtime has it. */
export function relocateEstate(estate: Estate, checkout: string, runtimeCheckout: string): Estate {
  const prefix = `${checkout}/`;
  const compartments = estate.compartments.map(({ directory, manifest }) => ({
    manifest,
    directory: directory.startsWith(prefix) ? join(runtimeCheckout, directory.slice(prefix.length)) : directory,
  }));
  return { ...estate, compartments };
}
