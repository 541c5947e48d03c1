import { dirname, join } from 'node:path';
import type { Estate } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { controlSchema, filesOfLink } from '@bulkhead/link';
import { chownTree, makeDirectory, type ProcessSpec, readJson, type UidAllocator } from '@bulkhead/supervision';
import { innerDirectory, innerSocket, type Layout, outerSocket, primarySockets } from '#supervisor/layout/layout.rules.ts';
import { streamsOf } from '#supervisor/process/process.rules.ts';

const MEMORY_MB = 256;
const GRACE_MS = 5_000;

export type LinkDeps = {
  readonly estate: Estate;
  readonly layout: Layout;
  readonly uids: UidAllocator;
  readonly gid: number | undefined;
  /** Its keys. */
  readonly directory: string;
  /** Where headquarters connects to. */
  readonly address: { readonly host: string; readonly port: number };
  readonly logLevel: string;
};

/** What a headquarters on another host connects to: here its databases have the sockets that they would have on one machine. */
export async function prepareLink(deps: LinkDeps): Promise<ProcessSpec> {
  const { layout, uids, gid, directory, address } = deps;
  const control = await readJson(filesOfLink(directory).control, controlSchema);
  if (!control) throw new EstateError('config.invalid', `reading LINK_DIRECTORY: there are no keys in ${directory}`);
  const owner = await uids.ownerOf('link', gid);
  const reaches = listReaches(layout, deps.estate);
  const databases = Object.values(reaches).map((socket) => dirname(socket));
  await chownTree(directory, owner);
  await makeDirectory(innerDirectory(layout, 'link'), { mode: 0o710, owner });
  await makeDirectory(layout.headquartersSockets, { mode: 0o711 });
  // Off-site's own group may pass, which the receiver is of: no jail may.
  for (const path of databases) await makeDirectory(path, { mode: owner ? 0o710 : 0o711, owner });
  return {
    name: 'link',
    entry: join(layout.checkout, 'offsite/src/link/main.ts'),
    environment: {
      DIRECTORY: directory,
      HOST: address.host,
      PORT: String(address.port),
      CALLS_JSON: JSON.stringify(listCalls(layout)),
      REACHES_JSON: JSON.stringify(reaches),
      CONTROL_SOCKET: innerSocket(layout, 'link'),
      CONTROL_SECRET: control.secret,
      LOG_LEVEL: deps.logLevel,
    },
    owner,
    read: ['packages', 'node_modules', 'offsite'].map((part) => join(layout.checkout, part)),
    write: [directory, innerDirectory(layout, 'link'), ...databases],
    memoryMb: MEMORY_MB,
    health: { socket: innerSocket(layout, 'link'), secret: control.secret, path: '/health' },
    graceMs: GRACE_MS,
    restart: 'always',
  };
}

/** What headquarters may call, on two hosts as on one machine: what has a well-known name, but the operators' desk. */
function listCalls(layout: Layout): Record<string, string> {
  return {
    recovery: outerSocket(layout, 'recovery'),
    publisher: outerSocket(layout, 'publisher'),
    vault: outerSocket(layout, 'vault'),
  };
}

function listReaches(layout: Layout, estate: Estate): Record<string, string> {
  const named = streamsOf(estate).map((name) => [`${name}-pg`, join(primarySockets(layout, name), '.s.PGSQL.5432')]);
  return Object.fromEntries(named);
}
