import type { ManifestRoute } from '@bulkhead/contracts';
import { mayBeSoftware } from '#software/software.rules.ts';

export type RouteMatch =
  | { readonly kind: 'route'; readonly route: ManifestRoute }
  | { readonly kind: 'other method'; readonly allowed: readonly string[]; readonly isForSoftware: boolean }
  | { readonly kind: 'none' };

export type RouteTable = { readonly match: (method: string, path: string) => RouteMatch };

type Entry = { readonly route: ManifestRoute; readonly segments: readonly string[] };

/** Prepares the routes of one origin. What no route declares does not exist [G4]. */
export function buildRouteTable(routes: readonly ManifestRoute[]): RouteTable {
  const byLength = new Map<number, Entry[]>();
  for (const route of routes) {
    const segments = route.path.split('/');
    byLength.set(segments.length, [...(byLength.get(segments.length) ?? []), { route, segments }]);
  }
  // The more literal path first: /articles/new before /articles/:id.
  for (const entries of byLength.values()) entries.sort(compareEntries);
  return {
    match: (method, path) => {
      const segments = path.split('/');
      const fitting = (byLength.get(segments.length) ?? []).filter((entry) => fits(entry, segments));
      if (fitting.length === 0) return { kind: 'none' };
      const wanted = method === 'HEAD' ? 'GET' : method;
      const found = fitting.find((entry) => entry.route.method === wanted);
      if (found) return { kind: 'route', route: found.route };
      const isForSoftware = fitting.some((entry) => mayBeSoftware(entry.route));
      return { kind: 'other method', allowed: listMethods(fitting), isForSoftware };
    },
  };
}

/** Whether a session's roles in the compartment let it use a route; an empty list lets anybody in. */
export function isAllowed(route: Pick<ManifestRoute, 'roles'>, rolesHeld: readonly string[] | null): boolean {
  if (route.roles.length === 0) return true;
  if (rolesHeld === null) return false;
  return route.roles.some((role) => role === 'signed-in' || rolesHeld.includes(role));
}

function fits(entry: Entry, segments: readonly string[]): boolean {
  return entry.segments.every((wanted, at) => {
    const given = segments[at] ?? '';
    return wanted.startsWith(':') ? given !== '' : wanted === given;
  });
}

function compareEntries(left: Entry, right: Entry): number {
  for (const [at, segment] of left.segments.entries()) {
    const other = right.segments[at] ?? '';
    if (segment.startsWith(':') !== other.startsWith(':')) return segment.startsWith(':') ? 1 : -1;
  }
  return 0;
}

function listMethods(entries: readonly Entry[]): string[] {
  const methods = new Set<string>(entries.map((entry) => entry.route.method));
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].sort();
}
