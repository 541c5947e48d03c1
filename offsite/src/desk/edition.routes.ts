import { Readable } from 'node:stream';
import { sha256Schema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { WireApp } from '@bulkhead/wire';
import type { PublisherPeer } from '#peer/publisher.actions.ts';
import { answerOf } from './answer.rules.ts';

export type EditionReadingDeps = {
  readonly publisher: Pick<PublisherPeer, 'listKept' | 'readKept' | 'openFile'>;
  readonly compartments: ReadonlySet<string>;
};

/** The editions that are kept, as they were signed: what operators list, export and roll back to. */
export function addEditionRoutes(app: WireApp, { publisher, compartments }: EditionReadingDeps): void {
  const named = (compartment: string): string => {
    if (compartments.has(compartment)) return compartment;
    throw new EstateError('compartment.unknown', `reading editions: there is no compartment ${compartment.slice(0, 40)}`);
  };
  app.get('/editions/:compartment', async (c) => c.json(await answerOf(publisher.listKept(named(c.req.param('compartment'))))));
  app.get('/editions/:compartment/kept/:number', async (c) => {
    const number = c.req.param('number');
    if (!/^[1-9]\d{0,11}$/.test(number))
      throw new EstateError('input.invalid', 'reading an edition: its number is a whole number');
    return c.json(await answerOf(publisher.readKept(named(c.req.param('compartment')), Number(number))));
  });
  app.get('/editions/:compartment/files/:sha256', async (c) => {
    const sha256 = sha256Schema.safeParse(c.req.param('sha256'));
    if (!sha256.success) throw new EstateError('input.invalid', 'reading a file of an edition: not a digest');
    const stream = await answerOf(publisher.openFile(named(c.req.param('compartment')), sha256.data));
    return new Response(Readable.toWeb(stream) as ReadableStream, { headers: { 'content-type': 'application/octet-stream' } });
  });
}
