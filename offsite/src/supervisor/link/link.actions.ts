import { dirname, join } from 'node:path';
import type { Estate } from '@bulkhead/contracts';
import { describeLinkProcess } from '@bulkhead/link';
import { makeDirectory, type UidAllocator } from '@bulkhead/supervision';
import { innerDirectory, innerSocket, type Layout, outerSocket, primarySockets } from '#supervisor/layout/layout.rules.ts';
import { streamsOf } from '#supervisor/process/process.rules.ts';

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
export async function prepareLink(deps: LinkDeps): ReturnType<typeof describeLinkProcess> {
  const { layout, uids, gid, directory, address, logLevel } = deps;
  const owner = await uids.ownerOf('link', gid);
  const reaches = listReaches(layout, deps.estate);
  const databases = Object.values(reaches).map((socket) => dirname(socket));
  await makeDirectory(innerDirectory(layout, 'link'), { mode: 0o710, owner });
  await makeDirectory(layout.headquartersSockets, { mode: 0o711 });
  // Off-site's own group may pass, which the receiver is of: no jail may.
  for (const path of databases) await makeDirectory(path, { mode: owner ? 0o710 : 0o711, owner });
  return describeLinkProcess({
    entry: join(layout.checkout, 'offsite/src/link/main.ts'),
    owner,
    directory,
    address,
    calls: listCalls(layout),
    services: { REACHES_JSON: reaches },
    controlSocket: innerSocket(layout, 'link'),
    read: ['packages', 'node_modules', 'offsite'].map((part) => join(layout.checkout, part)),
    write: [innerDirectory(layout, 'link'), ...databases],
    logLevel,
  });
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
