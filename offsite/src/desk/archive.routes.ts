import { keyProofSchema } from '@bulkhead/contracts';
import { readWireBody, type WireApp } from '@bulkhead/wire';
import type { ArchivePeer } from '#peer/archive.actions.ts';
import { answerOf } from './answer.rules.ts';

const PROOF_LIMIT = 2_097_152;

/** What operators see of the archive's keys and of how long it is kept. */
export function addArchiveRoutes(app: WireApp, { archive }: { readonly archive: ArchivePeer }): void {
  app.get('/archive/:name/keys', async (c) => c.json(await answerOf(archive.readKeys(c.req.param('name')))));
  app.post('/archive/:name/keys/proof', async (c) => {
    const proof = await readWireBody(c.req.raw, keyProofSchema, PROOF_LIMIT);
    return c.json(await answerOf(archive.keepKeyProof(c.req.param('name'), proof)));
  });
  app.get('/archive/:name/retention', async (c) => c.json(await answerOf(archive.readRetention(c.req.param('name')))));
  app.post('/archive/:name/prune', async (c) => c.json(await answerOf(archive.prune(c.req.param('name')))));
}
