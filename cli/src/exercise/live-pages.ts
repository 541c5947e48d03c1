import type { Estate } from '@bulkhead/contracts';

const PARAMETER = /:[a-z][A-Za-z]*/g;

/** Which paths of a public origin a compartment answers on each visit, by its manifest; all others are of its edition. */
export function livePages({ compartments }: Pick<Estate, 'compartments'>, host: string): (path: string) => boolean {
  const patterns = compartments
    .flatMap(({ manifest }) => manifest.routes)
    .filter(({ origin, method }) => origin === host && method === 'GET')
    .map(({ path }) => new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(PARAMETER, '[^/]+')}$`));
  return (path) => patterns.some((pattern) => pattern.test(path));
}
