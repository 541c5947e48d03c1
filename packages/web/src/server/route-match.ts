import type { CompartmentManifest, ManifestRoute } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';

/** The path of a request target, without its query. */
export function pathOf(target: string): string {
  const queryAt = target.indexOf('?');
  return queryAt < 0 ? target : target.slice(0, queryAt);
}

/**
 * Refuses request targets that two readers could take for different paths: dot segments, also encoded, backslashes,
 * encoded slashes, empty segments, fragments, anything but printable ASCII.
 * @throws EstateError `request.malformed`
 */
export function checkTarget(target: string): void {
  const isPlain = /^\/[\x21-\x7e]*$/.test(target) && !/[\\#]/.test(target);
  const path = pathOf(target);
  const isAmbiguous =
    path.includes('//') || /%(?:2f|5c|00)/i.test(path) || path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
  if (!isPlain || isAmbiguous || /%(?![0-9a-f]{2})/i.test(path))
    throw new EstateError('request.malformed', 'reading a request: its path has two readings');
}

/** Tells whether a path answers to a manifest's pattern: literal segments as they are, `:parameters` any one segment. */
export function isPathOf(pattern: string, path: string): boolean {
  const wanted = pattern.split('/');
  const given = path.split('/');
  return (
    wanted.length === given.length &&
    wanted.every((segment, at) => (segment.startsWith(':') ? given[at] !== '' : segment === given[at]))
  );
}

/** Tells whether a request is the one that a route describes. A HEAD goes where a GET goes. */
export function isRequestOf(
  route: ManifestRoute,
  request: { readonly method: string; readonly path: string; readonly host: string },
): boolean {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  return route.method === method && firstLabel(request.host) === route.origin && isPathOf(route.path, request.path);
}

/** The methods that a path answers to at an origin. */
export function methodsAt(manifest: CompartmentManifest, path: string, host: string): string[] {
  const routes = manifest.routes.filter((route) => route.origin === firstLabel(host) && isPathOf(route.path, path));
  return [...new Set(routes.flatMap((route) => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method])))];
}

function firstLabel(host: string): string {
  return host.split(/[.:]/, 1)[0] ?? '';
}
