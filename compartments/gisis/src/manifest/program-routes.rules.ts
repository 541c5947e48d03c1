import type { CompartmentManifest, ManifestRoute } from '@bulkhead/contracts';
import type { Module } from '#declaration/module.rules.ts';
import { rolesFor } from '#sight/sight.rules.ts';
import { officerRole, SECRETARIAT_ROLE, SUPPLIER_ROLE } from '#sight/viewer.rules.ts';

/** What programs use beside the pages: writes, feeds, saved searches and webhooks (`docs/design/programs.md`). */
type Repair = NonNullable<CompartmentManifest['repair']>;

const BODY_BYTES = 262_144;
const SMALL_FORM = 16_384;
const WRITES_A_MINUTE = 60;
const FEEDS_A_MINUTE = 60;

/** Addresses of one module. Those of a writer carry its roles: a token without them is out of scope. */
export function moduleProgramRoutes(origin: string, module: Module): ManifestRoute[] {
  const { name, table, reference } = module;
  const drawn = 'prefix' in reference ? ['record_number'] : [];
  const writing = {
    origin,
    roles: [...rolesFor(module)],
    callers: 'software',
    maxBodyBytes: BODY_BYTES,
    perMinute: WRITES_A_MINUTE,
  } as const;
  const writes = [table, 'field_change', 'told', 'answered_write'];
  const feed = {
    origin,
    method: 'GET',
    roles: [],
    writes: [],
    maxBodyBytes: 0,
    callers: 'any',
    perMinute: FEEDS_A_MINUTE,
  } as const;
  const record = `/api/${name}/:reference`;
  const of = <
    Route extends Omit<ManifestRoute, 'roles' | 'writes'> & {
      readonly roles: readonly string[];
      readonly writes: readonly string[];
    },
  >(
    route: Route,
  ): ManifestRoute => ({ ...route, roles: [...route.roles], writes: [...route.writes] });
  return [
    of({ ...writing, id: `${name}.api-file`, method: 'POST', path: `/api/${name}`, writes: [...writes, ...drawn] }),
    of({ ...writing, id: `${name}.api-change`, method: 'PATCH', path: record, writes }),
    of({ ...writing, id: `${name}.api-act`, method: 'POST', path: `${record}/acts/:act`, writes }),
    of({ ...feed, id: `${name}.changes`, path: `/${name}/changes.json` }),
    of({ ...feed, id: `${name}.atom`, path: `/${name}/changes.atom` }),
  ];
}

export function programRoutes(origin: string, modules: readonly Module[]): ManifestRoute[] {
  const open = { origin, roles: [], writes: [], maxBodyBytes: 0 };
  const own = { ...open, roles: ['signed-in'] };
  const written = { ...own, method: 'POST' as const, writes: ['saved_search'], maxBodyBytes: SMALL_FORM };
  const reporting = { ...open, roles: [SECRETARIAT_ROLE, SUPPLIER_ROLE, ...modules.map(({ name }) => officerRole(name))] };
  const kept = { ...reporting, method: 'POST' as const, writes: ['webhook'], maxBodyBytes: SMALL_FORM };
  return [
    { ...own, id: 'search.list', method: 'GET', path: '/searches' },
    { ...own, id: 'search.begin', method: 'GET', path: '/searches/new' },
    { ...written, id: 'search.save', path: '/searches' },
    { ...own, id: 'search.show', method: 'GET', path: '/searches/:id' },
    { ...written, id: 'search.note', path: '/searches/:id/seen' },
    { ...written, id: 'search.address', path: '/searches/:id/address' },
    { ...written, id: 'search.end-address', path: '/searches/:id/address/end' },
    { ...written, id: 'search.drop', path: '/searches/:id/delete' },
    {
      ...open,
      id: 'search.feed',
      method: 'GET',
      path: '/searches/:secret/changes.atom',
      callers: 'any',
      perMinute: FEEDS_A_MINUTE,
    },
    { ...own, id: 'search.own-feed', method: 'GET', path: '/searches/:id/own.atom', callers: 'any', perMinute: FEEDS_A_MINUTE },
    { ...reporting, id: 'webhook.list', method: 'GET', path: '/webhooks' },
    { ...kept, id: 'webhook.register', path: '/webhooks', perMinute: 20 },
    { ...reporting, id: 'webhook.show', method: 'GET', path: '/webhooks/:id' },
    { ...kept, id: 'webhook.stop', path: '/webhooks/:id/stop' },
    { ...kept, id: 'webhook.start', path: '/webhooks/:id/start', writes: ['webhook', 'webhook_delivery'] },
    { ...kept, id: 'webhook.test', path: '/webhooks/:id/test', writes: ['webhook_delivery'], perMinute: 20 },
    { ...kept, id: 'webhook.renew', path: '/webhooks/:id/secret', perMinute: 20 },
    { ...kept, id: 'webhook.drop', path: '/webhooks/:id/delete', writes: ['webhook', 'webhook_delivery'] },
  ];
}

export const PROGRAM_JOBS: CompartmentManifest['jobs'] = [
  { id: 'job:webhooks.send', writes: ['webhook', 'webhook_delivery'], everySeconds: 10 },
  { id: 'job:registry.tidy', writes: ['answered_write', 'webhook_delivery'], everySeconds: 3600 },
];

/** Ids are drawn, times and places differ between two runs of one story; the number of a transaction follows from the row. */
export function programRepair(modules: readonly Module[]): Pick<Repair, 'columns' | 'volatile' | 'effects'> {
  const drawn: Readonly<Record<string, readonly string[]>> = {
    answered_write: ['at', 'reference', 'etag', 'body'],
    saved_search: ['id', 'created_at', 'looked_at', 'feed_sha256'],
    webhook: ['id', 'secret_check', 'place', 'failing_since', 'rests_until', 'created_at'],
    webhook_delivery: ['webhook_id', 'message', 'created_at', 'next_at', 'ended_at'],
  };
  const numbered = modules.map(({ table }) => ({ table, column: 'changed_in' }));
  return {
    columns: numbered.map((one) => ({ ...one, merge: 'derived' as const })),
    volatile: [...numbered, ...Object.entries(drawn).flatMap(([table, columns]) => columns.map((column) => ({ table, column })))],
    effects: [{ table: 'webhook_delivery', what: 'an address outside was told of a record by a webhook' }],
  };
}
