import { type ArchiveKeys, archiveKeysSchema } from '@bulkhead/contracts';
import { callWire } from '@bulkhead/wire';
import type { RunningEstate } from '#estate/run.ts';

/** The keys of a compartment, as off-site holds them. */
export function readArchiveKeys({ desk }: Pick<RunningEstate, 'desk'>, compartment: string): Promise<ArchiveKeys> {
  return callWire(desk, { method: 'GET', path: `/archive/${encodeURIComponent(compartment)}/keys` }, archiveKeysSchema);
}
