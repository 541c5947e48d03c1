import type { ErasedBlob } from '@bulkhead/contracts';
import type { Holdings } from './holdings.actions.ts';
import type { Keyring } from './keyring.actions.ts';
import type { Register } from './register.store.ts';
import type { BlobName, VaultTarget } from './target/target.rules.ts';
import type { Uploads } from './upload.actions.ts';

export type ErasureDeps = {
  readonly holdings: Holdings;
  readonly uploads: Uploads;
  readonly register: Register;
  readonly keyring: Keyring;
  readonly target: VaultTarget;
};

/**
 * Destroys contents by destroying their key: what is left of their bytes, anywhere, can be read by nobody. Doing it twice is well.
 * From then on they are refused, until they are allowed again. The sealed bytes are taken away too, where nothing locks them.
 */
export function eraseBlob(deps: ErasureDeps, name: BlobName, request: string): Promise<ErasedBlob> {
  const { holdings, uploads, register, keyring, target } = deps;
  return holdings.inTurn(name, async () => {
    await uploads.drop(name);
    const standing = register.find(name);
    const wasErased = register.isErased(name);
    // The key goes first: a kill before the bytes go leaves bytes that nobody can read.
    if (!wasErased || standing) await keyring.renew(() => register.erase(name, request));
    if (standing && standing.state !== 'coming') holdings.quotaOf(name.compartment).release(standing.bytes);
    return { sha256: name.sha256, wasHere: standing !== undefined, bytes: await target.remove(name) };
  });
}

/** Lets contents that were erased be brought again. */
export async function allowBlob({ register }: ErasureDeps, name: BlobName): Promise<void> {
  await register.write(() => register.allow(name));
}
