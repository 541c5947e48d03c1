import type { Adopted, CompartmentManifest, EditionManifest } from '@bulkhead/contracts';

/** One look from outside and what must be seen. */
export type Look = {
  readonly host: string;
  readonly path: string;
  readonly expects:
    | { readonly kind: 'bytes'; readonly status: number; readonly sha256: readonly string[] }
    | { readonly kind: 'sign-in' }
    | { readonly kind: 'page' }
    /** Anything but silence: an application that cannot run read-only is still closed when this is asked. */
    | { readonly kind: 'door' };
};

export type Seen = { readonly status: number; readonly location: string | null; readonly sha256: string };

const PAGES_LOOKED_AT = 25;

/** What a stranger looks at: published pages byte for byte, and each staff origin, which asks to sign in. */
export function planLooks(manifest: CompartmentManifest, edition: EditionManifest | undefined): Look[] {
  if (manifest.adopted) return planAdoptedLooks(manifest.origins, manifest.adopted);
  const host = manifest.edition?.origin;
  const pages = edition === undefined || host === undefined ? [] : choosePages(edition);
  const publicLooks = pages.map((path): Look => {
    const files = edition?.files.filter((file) => file.path === path) ?? [];
    return {
      host: host ?? '',
      path,
      expects: { kind: 'bytes', status: files[0]?.status ?? 200, sha256: files.map(({ sha256 }) => sha256) },
    };
  });
  const staffLooks = manifest.origins
    .filter(({ kind }) => kind === 'staff')
    .flatMap((origin): Look[] => {
      const routes = manifest.routes.filter(
        (route) => route.origin === origin.host && route.method === 'GET' && !route.webSocket && !route.path.includes(':'),
      );
      const guarded = routes.find(({ roles }) => roles.length > 0);
      const free = routes.find(({ roles }) => roles.length === 0);
      return [
        ...(guarded ? [{ host: origin.host, path: guarded.path, expects: { kind: 'sign-in' as const } }] : []),
        ...(free ? [{ host: origin.host, path: free.path, expects: { kind: 'page' as const } }] : []),
      ];
    });
  return [...publicLooks, ...staffLooks];
}

/** The pages that a copy begins with, or the front page, if the application may run by then. */
function planAdoptedLooks(origins: CompartmentManifest['origins'], { runsReadOnly, frozen }: Adopted): Look[] {
  const kind = runsReadOnly ? ('page' as const) : ('door' as const);
  const looks = origins.map(({ host }) => ({ host, path: '/', expects: { kind } }));
  return [
    ...looks,
    ...(frozen?.paths ?? []).slice(0, PAGES_LOOKED_AT).map((path) => ({ host: frozen?.origin ?? '', path, expects: { kind } })),
  ];
}

/** The front page, and pages from all over the edition. */
function choosePages(edition: EditionManifest): string[] {
  const paths = [
    ...new Set(edition.files.filter(({ status }) => status === 200 || status === 410).map(({ path }) => path)),
  ].sort();
  const stride = Math.max(1, Math.ceil(paths.length / PAGES_LOOKED_AT));
  return paths.filter((path, index) => path === '/' || index % stride === 0);
}

/** What is wrong with what was seen; undefined if nothing is. */
export function judgeLook({ host, path, expects }: Look, seen: Seen): string | undefined {
  const where = `${host}${path}`;
  if (expects.kind === 'bytes') {
    if (seen.status !== expects.status) return `${where} answers ${seen.status} instead of ${expects.status}`;
    return expects.sha256.includes(seen.sha256) ? undefined : `${where} has other bytes than the signed edition`;
  }
  if (expects.kind === 'sign-in') {
    const isAsked = (seen.status === 302 || seen.status === 303) && seen.location !== null;
    return isAsked ? undefined : `${where} answers ${seen.status} instead of asking to sign in`;
  }
  if (expects.kind === 'door') return seen.status > 0 ? undefined : `${where} does not answer`;
  return seen.status < 500 ? undefined : `${where} answers ${seen.status}`;
}
