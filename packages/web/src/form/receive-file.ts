import { PassThrough } from 'node:stream';
import type { CompartmentContext } from '#server/compartment-env.ts';
import { passThroughHash, toInputFault } from './read-upload.ts';
import { type FileField, type FileOutcome, storeFile } from './store-file.ts';

/**
 * Takes a body that is one file, as programs send it: straight into its store, however large. The hash in the request's token is
 * checked before this returns, hence before any row is written.
 * @throws EstateError `input.invalid`, `token.wrong_request`, and what a store throws
 */
export async function receiveFile<Stored>(c: CompartmentContext, field: FileField<Stored>): Promise<FileOutcome<Stored>> {
  const content = new PassThrough();
  // A stream without a listener for its error would end the process when the sender goes away.
  content.on('error', () => undefined);
  const storing = storeFile(content, field, '');
  storing.catch(() => undefined);
  const fault = await passThroughHash(c, content).catch((error: unknown) => toInputFault(error));
  const [outcome] = await Promise.allSettled([storing]);
  if (fault) throw fault;
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}
