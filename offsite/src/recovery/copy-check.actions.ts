import type { CompartmentManifest, Verification } from '@bulkhead/contracts';
import type { JailPeer } from '#peer/jail.actions.ts';
import { checksOf } from './recovery.rules.ts';

export type CopyCheckDeps = {
  readonly listMigrations: (compartment: string) => Promise<readonly { readonly name: string; readonly sha256: string }[]>;
};

/** Asks a restored copy for all that its compartment's manifest wants to know of it. */
export async function verifyJail(deps: CopyCheckDeps, manifest: CompartmentManifest, jail: JailPeer): Promise<Verification> {
  // Numbered: a name is for people and may be longer than the jail takes.
  const checks = checksOf(manifest);
  const found = await jail.verify({
    checks: checks.map(({ sql }, index) => ({ name: `check-${index}`, sql })),
    expectedMigrations: [...(await deps.listMigrations(manifest.name))],
    blobColumns: manifest.blobs?.columns ?? [],
  });
  const named = found.checks.map((check) => {
    const index = Number(/^check-(\d+)$/.exec(check.name)?.[1] ?? -1);
    return { ...check, name: checks[index]?.name ?? check.name };
  });
  return { ...found, checks: named };
}
