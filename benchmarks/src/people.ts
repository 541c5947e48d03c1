/** What measurements with many people need of a database: statements sent one after the other. */
export type Asks = { readonly query: (sql: string, values?: readonly unknown[]) => Promise<unknown> };

export type People = {
  /** Beside those that are there. */
  readonly accounts: number;
  readonly delegations: number;
  /** Of every account: an argon2id hash in the PHC format, and an authenticator's secret in base 32. */
  readonly passwordHash: string;
  readonly totpSecret: string;
  /** When all of it was made; roles end a year later. */
  readonly at: Date;
};

/** How the numbered account is found. */
export function addressOfPerson(number: number): string {
  return `many-${number}@sample.invalid`;
}

/**
 * Fills identity's database, as its superuser, with delegations and people: names in several scripts, one in ten an editor of the
 * website, one in fifty an administrator of its delegation; each role with its line of history, as identity itself would write it.
 */
export async function fillPeople(database: Asks, people: People): Promise<void> {
  const { accounts, delegations, passwordHash, totpSecret } = people;
  const at = people.at.toISOString();
  await database.query(
    `insert into delegation (id, kind, code, names, holds, status, is_sample, created_at, changed_at)
     select 'many-' || n, 'ngo', 'MANY-' || n, jsonb_build_object('en', 'Organisation ' || n, 'ar', 'منظمة ' || n),
       '{identity/delegation-administrator,website/editor}', 'active', true, $2, $2 from generate_series(1, $1::int) n`,
    [delegations, at],
  );
  await database.query(
    `insert into account (id, email, display_name, language, status, password_hash, totp_secret, delegation_id, created_at, changed_at)
     select lpad(to_hex(n), 8, '0') || '-0000-4000-8000-00000000beef', 'many-' || n || '@sample.invalid',
       (array['Person', 'Personne', 'Persona', 'Персона', '人员', 'شخص'])[1 + n % 6] || ' ' || lpad(n::text, 6, '0'),
       (array['en', 'fr', 'es', 'ru', 'zh', 'ar'])[1 + n % 6], 'active', $2, $3, 'many-' || 1 + n % $4::int, $5, $5
     from generate_series(1, $1::int) n`,
    [accounts, passwordHash, totpSecret, delegations, at],
  );
  const roles = [
    { every: 10, compartment: 'website', role: 'editor' },
    { every: 50, compartment: 'identity', role: 'delegation-administrator' },
  ];
  for (const { every, compartment, role } of roles) {
    const chosen = `select id from account where email like 'many-%' and right(display_name, 6)::int % ${every} = 0`;
    await database.query(
      `insert into role_grant (account_id, compartment, role, granted_by, granted_at, ends_at, review_by, reason, state)
       select id, $1, $2, '', $3, $3::timestamptz + interval '1 year', $3::timestamptz + interval '1 year', 'A measurement.', 'granted'
       from (${chosen}) chosen`,
      [compartment, role, at],
    );
    await database.query(
      `insert into grant_event (at, account_id, compartment, role, what, by_account, reason, ends_at)
       select $3, id, $1, $2, 'granted', '', 'A measurement.', $3::timestamptz + interval '1 year' from (${chosen}) chosen`,
      [compartment, role, at],
    );
  }
  await database.query('analyze');
}
