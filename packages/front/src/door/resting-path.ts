import type { ManifestRoute } from '@bulkhead/contracts';

/** The published page for a route that rests, with the parts of the address that was asked for. */
export function restingPath({ path, resting = '' }: Pick<ManifestRoute, 'path' | 'resting'>, asked: string): string {
  const given = asked.split('/');
  const values = new Map(
    path.split('/').flatMap((segment, at) => (segment.startsWith(':') ? [[segment, given[at] ?? ''] as const] : [])),
  );
  return resting
    .split('/')
    .map((segment) => values.get(segment) ?? segment)
    .join('/');
}

/** The first route that stands at a path, whatever its method. */
export function routeAt(routes: readonly ManifestRoute[], asked: string): ManifestRoute | undefined {
  const segments = asked.split('/');
  return routes.find(({ path }) => {
    const wanted = path.split('/');
    if (wanted.length !== segments.length) return false;
    return wanted.every((segment, at) => (segment.startsWith(':') ? segments[at] !== '' : segment === segments[at]));
  });
}
