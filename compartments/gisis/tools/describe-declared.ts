import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectionTo, describeSchema, migrate, prepareDatabase, rolesOf, startScratchCluster } from '@bulkhead/postgres';
import { MODULES } from '#modules/modules.ts';
import { writeSchema } from '#schema-writer/schema.rules.ts';

const PASSWORDS = {
  owner: 'owner of a draft',
  app: 'app of a draft',
  reader: 'reader of a draft',
  offsite: 'off-site of a draft',
};

/** The schema that the declarations ask for, as `schema.sql` would tell it: made in a throw-away cluster, and looked at. */
export async function describeDeclared(): Promise<string> {
  const scratch = await startScratchCluster();
  const directory = await mkdtemp(join(tmpdir(), 'declared-'));
  try {
    await writeFile(join(directory, '0001-create-registry.sql'), writeSchema(MODULES));
    await prepareDatabase({ admin: scratch.admin, name: 'gisis', passwords: PASSWORDS, extensions: ['pg_trgm'] });
    const connection = connectionTo(scratch.socketDirectory, {
      database: 'gisis',
      role: rolesOf('gisis').owner,
      password: PASSWORDS.owner,
    });
    await migrate({ connection, directory });
    return await describeSchema(connection);
  } finally {
    await scratch.stop();
    await rm(directory, { recursive: true, force: true });
  }
}
