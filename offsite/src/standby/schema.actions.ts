import type { TableDescription } from '@bulkhead/contracts';
import { readDescriptions } from './schema.store.ts';
import { JailSession } from './session.store.ts';
import type { JailDatabase } from './verify.actions.ts';

/** The tables of a jail's compartment, as its catalog describes them. */
export async function describeTables({
  socketDirectory,
  compartment,
}: JailDatabase): Promise<{ lsn: string; tables: TableDescription[] }> {
  const session = await JailSession.open(socketDirectory, compartment);
  try {
    return await readDescriptions(session);
  } finally {
    await session.close();
  }
}
