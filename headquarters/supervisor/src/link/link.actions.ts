import { join } from 'node:path';
import { type Estate, hasCluster } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { controlSchema, filesOfLink } from '@bulkhead/link';
import { chownTree, makeDirectory, type Owner, type ProcessSpec, type Runtime, readJson } from '@bulkhead/supervision';
import { type Layout, layOutCompartment } from '#layout/layout.rules.ts';

const MEMORY_MB = 256;
const GRACE_MS = 5_000;

export type LinkDeps = {
  readonly estate: Estate;
  readonly layout: Layout;
  readonly runtime: Runtime;
  readonly owner: Owner | undefined;
  /** Its keys. */
  readonly directory: string;
  /** Where off-site listens. */
  readonly address: { readonly host: string; readonly port: number };
  readonly logLevel: string;
};

/** What connects headquarters with an off-site on another host: its sockets stand where off-site's would, on one machine. */
export async function prepareLink(deps: LinkDeps): Promise<ProcessSpec> {
  const { layout, runtime, owner, directory, address } = deps;
  const control = await readJson(filesOfLink(directory).control, controlSchema);
  if (!control) throw new EstateError('config.invalid', `reading LINK_DIRECTORY: there are no keys in ${directory}`);
  await chownTree(directory, owner);
  await makeDirectory(layout.link.sockets, { mode: 0o711, owner });
  await makeDirectory(layout.offsite.sockets, { mode: 0o711, owner });
  return {
    name: 'link',
    entry: join(runtime.checkout, 'headquarters/link/src/main.ts'),
    environment: {
      DIRECTORY: directory,
      HOST: address.host,
      PORT: String(address.port),
      CALLS_JSON: JSON.stringify(listCalls(layout)),
      OFFERS_JSON: JSON.stringify(listOffers(layout, deps.estate)),
      CONTROL_SOCKET: layout.link.controlSocket,
      CONTROL_SECRET: control.secret,
      LOG_LEVEL: deps.logLevel,
    },
    owner,
    read: ['packages', 'node_modules', 'headquarters/link'].map((part) => join(runtime.checkout, part)),
    write: [directory, layout.link.sockets, layout.offsite.sockets],
    memoryMb: MEMORY_MB,
    health: { socket: layout.link.controlSocket, secret: control.secret, path: '/health' },
    graceMs: GRACE_MS,
    restart: 'always',
  };
}

function listCalls({ offsite }: Layout): Record<string, string> {
  return { recovery: offsite.recovery, publisher: offsite.publisher, vault: offsite.vault };
}

/** The databases whose WAL the receiver reads, and nothing else. */
function listOffers(layout: Layout, { compartments }: Estate): Record<string, string> {
  const named = compartments
    .filter(({ manifest }) => hasCluster(manifest))
    .map(({ manifest: { name } }) => [`${name}-pg`, join(layOutCompartment(layout, name).pgSockets, '.s.PGSQL.5432')]);
  return Object.fromEntries(named);
}
