import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';

/** Opens the pool and brings the schema up to date: files of schema/, each once, in the order of their names. */
export async function openDatabase(url) {
  const pool = new pg.Pool({ connectionString: url, max: 8 });
  pool.on('error', (error) => console.error('a database connection ended:', error.message));
  await migrate(pool);
  return pool;
}

async function migrate(pool) {
  const directory = new URL('../schema/', import.meta.url);
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  const done = await appliedSchemas(pool);
  for (const name of names.filter((one) => !done.has(one))) {
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query('create table if not exists schema_version (name text primary key, applied_at timestamptz not null default now())');
      await client.query(await readFile(new URL(name, directory), 'utf8'));
      await client.query('insert into schema_version (name) values ($1)', [name]);
      await client.query('commit');
      console.log('applied', name);
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  }
}

async function appliedSchemas(pool) {
  const { rows } = await pool.query("select to_regclass('schema_version') is not null as is_there");
  if (!rows[0].is_there) return new Set();
  const applied = await pool.query('select name from schema_version');
  return new Set(applied.rows.map(({ name }) => name));
}
