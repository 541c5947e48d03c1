import { type CompartmentManifest, type Estate, frozenOf, originUrl, type SixLanguages } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { buildRouteTable, type RouteTable } from './route.rules.ts';

/** A place that people reach by its host name. */
export type Origin = {
  /** The first label of the host name. */
  readonly host: string;
  /** The whole host name, without the port. */
  readonly hostName: string;
  /** As browsers write it in the Host header. */
  readonly authority: string;
  readonly url: string;
  readonly kind: 'public' | 'staff';
  readonly title: SixLanguages;
  readonly compartment: CompartmentManifest;
  /** Whether the compartment's signed edition is served here. */
  readonly hasEdition: boolean;
  /** Whether a frozen copy of it is served here while it is closed. */
  readonly hasFrozen: boolean;
  readonly routes: RouteTable;
};

export type Origins = {
  /** By Host header, in lower case. */
  readonly byAuthority: ReadonlyMap<string, Origin>;
  readonly byHost: ReadonlyMap<string, Origin>;
  /** The bare domain's Host header, and where it leads. */
  readonly bare: { readonly authority: string; readonly leadsTo: Origin } | null;
};

/**
 * Lists the origins of an estate.
 * @throws EstateError `manifest.invalid` when two compartments claim one host
 */
export function listOrigins(estate: Estate): Origins {
  const byAuthority = new Map<string, Origin>();
  const byHost = new Map<string, Origin>();
  for (const { manifest } of estate.compartments) {
    for (const declared of manifest.origins) {
      if (byHost.has(declared.host))
        throw new EstateError('manifest.invalid', `listing origins: two compartments claim the host "${declared.host}"`);
      const url = originUrl(estate, declared.host);
      const origin: Origin = {
        host: declared.host,
        hostName: `${declared.host}.${estate.domain}`,
        authority: new URL(url).host,
        url,
        kind: declared.kind,
        title: declared.title,
        compartment: manifest,
        hasEdition: manifest.edition?.origin === declared.host && declared.kind === 'public',
        hasFrozen: frozenOf(manifest)?.origin === declared.host,
        routes: buildRouteTable(manifest.routes.filter((route) => route.origin === declared.host)),
      };
      byAuthority.set(origin.authority, origin);
      byHost.set(origin.host, origin);
    }
  }
  const www = byHost.get('www');
  return { byAuthority, byHost, bare: www ? { authority: www.authority.slice('www.'.length), leadsTo: www } : null };
}
