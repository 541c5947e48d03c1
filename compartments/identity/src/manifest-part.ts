import type { CompartmentManifest } from '@bulkhead/contracts';

type Repair = NonNullable<CompartmentManifest['repair']>;

/** What one capability adds to the manifest: `src/<capability>/<capability>.manifest.ts`. All of it is plain data. */
export type ManifestPart = {
  readonly routes?: readonly unknown[];
  readonly jobs?: readonly { readonly id: string; readonly writes: readonly string[]; readonly everySeconds?: number }[];
  readonly roles?: CompartmentManifest['roles'];
  readonly checks?: CompartmentManifest['checks'];
  /** Table → columns that differ between two runs of one story: times, ids, what is drawn at random. */
  readonly volatile?: Readonly<Record<string, readonly string[]>>;
} & { readonly [Section in Exclude<keyof Repair, 'volatile' | 'massRows'>]?: Repair[Section] };

export const FORM_BYTES = 16_384;
/** Routes by who may use them; `...post` makes a form of one. */
export const open = { origin: 'id', roles: [], writes: [], maxBodyBytes: 0 };
export const own = { origin: 'id', roles: ['signed-in'], writes: [], maxBodyBytes: 0 };
export const admin = { origin: 'id', roles: ['administrator'], writes: [], maxBodyBytes: 0 };
/** Whoever administers people: everybody's, or those of one delegation. */
export const people = { origin: 'id', roles: ['administrator', 'delegation-administrator'], writes: [], maxBodyBytes: 0 };
export const post = { method: 'POST', maxBodyBytes: FORM_BYTES };

/** Puts the parts together, in their order; a job that two parts name writes what both say. */
export function joinParts(parts: readonly ManifestPart[]) {
  const all = <Section extends Exclude<keyof ManifestPart, 'roles' | 'volatile'>>(section: Section) =>
    parts.flatMap((part) => part[section] ?? []);
  const volatile = parts.flatMap((part) =>
    Object.entries(part.volatile ?? {}).flatMap(([table, columns]) => columns.map((column) => ({ table, column }))),
  );
  return {
    routes: all('routes'),
    jobs: joinJobs(parts),
    roles: Object.assign({}, ...parts.map((part) => part.roles ?? {})),
    checks: all('checks'),
    repair: {
      columns: all('columns'),
      volatile,
      canaries: all('canaries'),
      tombstones: all('tombstones'),
      states: all('states'),
      basis: all('basis'),
      effects: all('effects'),
      journals: all('journals'),
    },
  };
}

function joinJobs(parts: readonly ManifestPart[]) {
  const named = Map.groupBy(
    parts.flatMap((part) => part.jobs ?? []),
    (job) => job.id,
  );
  return [...named].map(([id, jobs]) => ({
    ...Object.assign({}, ...jobs),
    id,
    writes: [...new Set(jobs.flatMap((job) => job.writes))],
  }));
}
