/**
 * Writes `schema.sql` and `src/schema.ts` of every compartment (or of those named) and of off-site from their migrations.
 * `--check` only compares, and exits with 1 if a file is not up to date.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compareSchemas, describeSchemas, findMigrated, writeSchemas } from '#schema-files.ts';

const { values, positionals } = parseArgs({ options: { check: { type: 'boolean', default: false } }, allowPositionals: true });
const root = fileURLToPath(new URL('..', import.meta.url));

const migrated = await findMigrated(root, positionals);
const files = await describeSchemas(migrated);
if (values.check) {
  const stale = await compareSchemas(files);
  for (const path of stale)
    console.error(`${path.slice(root.length)} is not what the migrations make: run  sh tools/node tools/dump-schema.ts`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const path of await writeSchemas(files)) console.log(`written ${path.slice(root.length)}`);
}
