import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EstateError, sha256Hex } from '@bulkhead/kernel';

const NAME = /^(\d{4})-[a-z0-9]+(-[a-z0-9]+)*\.sql$/;
const BREAKING = /^--! breaking\s*$/;
// Each file runs inside a transaction of ours; plpgsql's own `begin` and `end` stand inside a quoted body.
const CONTROL = /^\s*(commit|rollback|begin|abort|start\s+transaction)(\s+(work|transaction))?\s*;/im;
const LARGEST_BYTES = 1_048_576;
const MOST_FILES = 2_000;

/** A step of a schema, as it stands in a file `NNNN-verb-noun.sql`. */
export type Migration = {
  /** The file's name. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, hexadecimal. */
  readonly sha256: string;
  /** The old version of the code cannot run with it: line 1 is `--! breaking`. */
  readonly isBreaking: boolean;
};

/**
 * Reads the migrations of a directory in their order.
 * @throws EstateError `migration.failed` for a bad name, a number used twice, or a file that is too large or ends its transaction
 */
export async function listMigrations(directory: string): Promise<Migration[]> {
  const files = await readdir(directory).catch((cause: unknown) => {
    throw new EstateError('migration.failed', `reading migrations: no directory ${directory}`, { cause });
  });
  const names = files.filter((file) => file.endsWith('.sql')).sort();
  checkNames(directory, names);
  const migrations: Migration[] = [];
  for (const name of names) migrations.push(await readMigration(directory, name));
  return migrations;
}

function checkNames(directory: string, names: readonly string[]): void {
  if (names.length > MOST_FILES)
    throw new EstateError('migration.failed', `reading ${directory}: more than ${MOST_FILES} migrations`);
  const numbers = new Map<string, string>();
  for (const name of names) {
    const number = NAME.exec(name)?.[1];
    if (number === undefined) {
      throw new EstateError(
        'migration.failed',
        `reading ${join(directory, name)}: call it NNNN-verb-noun.sql, such as 0001-create-account.sql`,
      );
    }
    const other = numbers.get(number);
    if (other !== undefined) {
      throw new EstateError(
        'migration.failed',
        `reading ${directory}: ${other} and ${name} have the same number; renumber the newer one`,
      );
    }
    numbers.set(number, name);
  }
}

async function readMigration(directory: string, name: string): Promise<Migration> {
  const path = join(directory, name);
  if ((await stat(path)).size > LARGEST_BYTES) {
    throw new EstateError('migration.failed', `reading ${path}: larger than ${LARGEST_BYTES} bytes; load data otherwise`);
  }
  const sql = await readFile(path, 'utf8');
  if (CONTROL.test(withoutBodies(sql))) {
    throw new EstateError(
      'migration.failed',
      `reading ${path}: take out its begin, commit or rollback; each file is one transaction already`,
    );
  }
  return { name, sql, sha256: sha256Hex(sql), isBreaking: BREAKING.test(sql.split('\n', 1)[0] ?? '') };
}

/** Leaves out dollar-quoted bodies, in which `end;` belongs to the language. */
function withoutBodies(sql: string): string {
  return sql.replace(/(\$[a-z_]*\$)[\s\S]*?\1/gi, '$1$1');
}
