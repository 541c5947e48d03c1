import { join } from 'node:path';
import { type Estate, hasCluster } from '@bulkhead/contracts';
import { describeLinkProcess } from '@bulkhead/link';
import { makeDirectory, type Owner, type ProcessSpec, type Runtime } from '@bulkhead/supervision';
import { type Layout, layOutCompartment } from '#layout/layout.rules.ts';

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
  const { layout, runtime, owner } = deps;
  await makeDirectory(layout.link.sockets, { mode: 0o711, owner });
  await makeDirectory(layout.offsite.sockets, { mode: 0o711, owner });
  return describeLinkProcess({
    ...deps,
    entry: join(runtime.checkout, 'headquarters/link/src/main.ts'),
    calls: listCalls(layout),
    services: { OFFERS_JSON: listOffers(layout, deps.estate) },
    controlSocket: layout.link.controlSocket,
    read: ['packages', 'node_modules', 'headquarters/link'].map((part) => join(runtime.checkout, part)),
    write: [layout.link.sockets, layout.offsite.sockets],
  });
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
