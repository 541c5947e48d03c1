import {
  type CompartmentManifest,
  type Estate,
  type ManifestRoute,
  originUrl,
  readingOriginOf,
  type SixLanguages,
} from '@bulkhead/contracts';

/** A host name of the estate, as the reading room answers for it. */
export type Place = {
  readonly title: SixLanguages;
  readonly url: string;
  /** Whose public pages stand here; null where nothing can be read off-site. */
  readonly readable: string | null;
  /** What the compartment itself would answer here. */
  readonly routes: readonly ManifestRoute[];
};

/** The compartments whose public pages may be read off-site. */
export function listReadable({ compartments }: Pick<Estate, 'compartments'>): CompartmentManifest[] {
  return compartments.flatMap(({ manifest }) => (manifest.publicReading === 'off-site' ? [manifest] : []));
}

/** Every host of the estate by its whole name, without a port. */
export function listPlaces(estate: Estate): ReadonlyMap<string, Place> {
  return new Map(
    estate.compartments.flatMap(({ manifest }) =>
      manifest.origins.map(({ host, title }): [string, Place] => {
        const isReadable = manifest.publicReading === 'off-site' && readingOriginOf(manifest) === host;
        return [
          `${host}.${estate.domain}`,
          {
            title,
            url: originUrl(estate, host),
            readable: isReadable ? manifest.name : null,
            routes: manifest.routes.filter(({ origin }) => origin === host),
          },
        ];
      }),
    ),
  );
}

/** The names of public pages that lead here when they are moved, and no others: `www.example.org`. */
export function listMovingNames(estate: Estate): string[] {
  return [...listPlaces(estate)].flatMap(([name, { readable }]) => (readable === null ? [] : [name]));
}
