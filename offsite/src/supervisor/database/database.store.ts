import type { Admin } from '@bulkhead/postgres';

/** Makes the role and the database `recovery`, which the role owns: the workflow engine keeps a schema of its own there. */
export async function ensureRecoveryDatabase(admin: Admin): Promise<void> {
  const [role] = await admin.query("select 1 from pg_roles where rolname = 'recovery'");
  if (role === undefined) await admin.query('create role recovery login nosuperuser nocreatedb nocreaterole connection limit 30');
  const [database] = await admin.query("select 1 from pg_database where datname = 'recovery'");
  if (database === undefined) await admin.query('create database recovery owner recovery template template0');
  await admin.query('revoke all on database postgres, template1, recovery from public');
}

/** Gives the role a password: random hexadecimal digits. Statements are not logged. */
export async function setOwnPassword(admin: Admin, password: string): Promise<void> {
  await admin.query(`alter role recovery password '${password.replaceAll(/[^0-9a-f]/g, '')}'`);
}
