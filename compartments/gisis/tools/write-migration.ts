/**
 * Writes the migration from the schema that stands (`schema.sql`) to the one that the declarations of the modules ask for:
 * `sh tools/node compartments/gisis/tools/write-migration.ts <verb-noun>`. What it cannot write it tells. Afterwards
 * `sh tools/node tools/dump-schema.ts gisis`.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MODULES } from '#modules/modules.ts';
import { writeCanary } from '#schema-writer/canary.rules.ts';
import { differenceBetween } from '#schema-writer/difference.rules.ts';
import { writeSchema } from '#schema-writer/schema.rules.ts';
import { describeDeclared } from './describe-declared.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const migrations = join(root, 'migrations');
const files = (await readdir(migrations))
  .filter((file) => file.endsWith('.sql'))
  .toSorted((left, right) => left.localeCompare(right));
const number = String(Number(files.at(-1)?.slice(0, 4) ?? '0') + 1).padStart(4, '0');
const name = process.argv[2] ?? (files.length === 0 ? 'create-registry' : 'follow-declarations');

if (files.length === 0) await write(writeSchema(MODULES));
else {
  const difference = differenceBetween(
    await readFile(join(root, 'schema.sql'), 'utf8'),
    await describeDeclared(),
    writeSchema(MODULES),
  );
  for (const line of difference.byHand) console.error(`write by hand: ${line}`);
  if (difference.statements.length === 0) console.log('the declarations ask for nothing that does not stand');
  else {
    const made = MODULES.filter(({ table }) => difference.statements.some((step) => step.startsWith(`create table ${table} (`)));
    const steps = [...difference.statements, ...made.map(writeCanary)];
    await write(`${difference.isBreaking ? '--! breaking\n' : ''}${steps.join('\n')}\n`);
  }
}

async function write(sql: string): Promise<void> {
  const file = join(migrations, `${number}-${name}.sql`);
  await writeFile(file, sql);
  console.log(`written ${file}`);
}
