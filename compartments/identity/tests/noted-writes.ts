import type { TestCluster } from '@bulkhead/testkit';
import type { Answer, Asked } from '@bulkhead/web';
import { manifest } from '#compartment.ts';
import type { ManifestPart } from '#manifest-part.ts';
import type { Schema } from '#schema.ts';
import type { BootedIdentity } from './booted-identity.ts';

/** A database that notes which transaction wrote which table. */
export async function noteWrites(cluster: TestCluster) {
  const target = await cluster.cloneDatabase();
  const admin = await cluster.adminOf(target.name);
  const tables = await admin.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
  );
  await admin.query('create table noted (xid text, tab text)');
  await admin.query(`create function note() returns trigger language plpgsql security definer as
    $$ begin insert into noted values (pg_current_xact_id()::text, tg_table_name); return null; end $$`);
  for (const { name } of tables)
    await admin.query(`create trigger noting after insert or update or delete on ${name} for each row execute function note()`);
  const answered: { readonly route: string; readonly xids: readonly string[] }[] = [];
  return {
    admin,
    database: target.open<Schema>(),
    /** The same identity, whose answers are noted by their routes. */
    watch: (identity: BootedIdentity): BootedIdentity => ({
      ...identity,
      ask: async (asked) => {
        const answer = await identity.ask(asked);
        answered.push({ route: routeOf(asked), xids: xidsIn(answer) });
        return answer;
      },
    }),
    /** Route → the tables that it wrote, of those that wrote any. */
    written: async (part: ManifestPart): Promise<Record<string, string[]>> => {
      const rows = await admin.query<{ xid: string; tab: string }>('select distinct xid, tab from noted');
      const ids = new Set((part.routes ?? []).map((route) => String(Object(route).id)));
      const sets = new Map<string, Set<string>>();
      for (const { route, xids } of answered.filter((one) => ids.has(one.route) && one.xids.length > 0)) {
        const own = rows.filter(({ xid }) => xids.includes(xid)).map(({ tab }) => tab);
        sets.set(route, new Set([...(sets.get(route) ?? []), ...own]));
      }
      return Object.fromEntries([...sets].map(([route, set]) => [route, [...set].toSorted()]));
    },
  };
}

/** What a part declares that its routes write. */
export function declaredWrites(part: ManifestPart): Record<string, string[]> {
  const ids = new Set((part.routes ?? []).map((route) => String(Object(route).id)));
  const writing = manifest.routes.filter(({ id, writes }) => ids.has(id) && writes.length > 0);
  return Object.fromEntries(writing.map(({ id, writes }) => [id, writes.toSorted()]));
}

function routeOf(asked: Asked): string {
  const [path = ''] = asked.path.split('?');
  const method = asked.method ?? (asked.form === undefined && asked.body === undefined ? 'GET' : 'POST');
  const given = path.split('/');
  const fitting = manifest.routes.filter((route) => {
    const wanted = route.path.split('/');
    return (
      route.method === method &&
      wanted.length === given.length &&
      wanted.every((part, at) => part.startsWith(':') || part === given[at])
    );
  });
  return fitting.toSorted((left, right) => left.path.split(':').length - right.path.split(':').length)[0]?.id ?? 'none';
}

function xidsIn(answer: Answer): string[] {
  return String(answer.headers['bulkhead-commits'] ?? '')
    .split(',')
    .filter(Boolean);
}
