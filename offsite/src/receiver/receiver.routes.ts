import {
  allottedTimelineSchema,
  baseIdSchema,
  basesSchema,
  compartmentStreamSchema,
  compartmentStreamsSchema,
  joinedStreamSchema,
  joinStreamSchema,
  lsnSchema,
  sealStreamSchema,
  streamSealSchema,
  unsealedStreamSchema,
  unsealStreamSchema,
  walListSchema,
  walNameSchema,
} from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { answerStream, readWireBody, type WireApp } from '@bulkhead/wire';
import type { z } from 'zod';
import { PACKED_SEGMENT_TYPE, PIECES_TYPE } from '#archive/piece.rules.ts';
import type { CompartmentReceiver } from './compartment.actions.ts';

const BODY_BYTES = 65_536;

/** The caller that may give orders; every other may read the one compartment whose name it carries. */
export const ORDERS = 'orders';
export function readerOf(compartment: string): string {
  return `reader:${compartment}`;
}

/** Finds a compartment for a caller who may ask about it, or give it orders. */
export type Finder = {
  readonly find: (name: string, caller: string) => CompartmentReceiver;
  readonly order: (name: string, caller: string) => CompartmentReceiver;
};

export function createFinder(receivers: ReadonlyMap<string, CompartmentReceiver>): Finder {
  const find = (name: string, caller: string): CompartmentReceiver => {
    if (caller !== ORDERS && caller !== readerOf(name)) {
      throw new EstateError('request.forbidden', `answering a call: its secret is not one for ${name}`);
    }
    const receiver = receivers.get(name);
    if (!receiver) throw new EstateError('compartment.unknown', `looking for compartment ${name}: it is not configured here`);
    return receiver;
  };
  const order = (name: string, caller: string): CompartmentReceiver => {
    if (caller !== ORDERS) throw new EstateError('request.forbidden', 'obeying an order: this secret may only read');
    return find(name, caller);
  };
  return { find, order };
}

/** Adds the receiver's API. Nothing here deletes or overwrites [A3]; what may go stands in keeping.routes.ts. */
export function addReceiverRoutes(app: WireApp, receivers: ReadonlyMap<string, CompartmentReceiver>): void {
  const { find, order } = createFinder(receivers);
  app.get('/health', (c) => c.json({ ok: true }));
  app.get('/compartments', (c) => {
    const compartments = [...receivers.values()].map((receiver) => receiver.status());
    const own = compartments.filter(({ name }) => c.var.caller === ORDERS || c.var.caller === readerOf(name));
    return c.json(compartmentStreamsSchema.parse({ compartments: own }));
  });
  app.get('/compartments/:name', (c) => c.json(compartmentStreamSchema.parse(find(c.req.param('name'), c.var.caller).status())));

  app.post('/compartments/:name/seal', async (c) => {
    const receiver = order(c.req.param('name'), c.var.caller);
    const { epoch } = await readWireBody(c.req.raw, sealStreamSchema, BODY_BYTES);
    return c.json(streamSealSchema.parse(await receiver.seal(epoch)));
  });
  app.post('/compartments/:name/unseal', async (c) => {
    const receiver = order(c.req.param('name'), c.var.caller);
    const asked = await readWireBody(c.req.raw, unsealStreamSchema, BODY_BYTES);
    return c.json(unsealedStreamSchema.parse(await receiver.unseal(asked)));
  });
  app.post('/compartments/:name/join', async (c) => {
    const receiver = order(c.req.param('name'), c.var.caller);
    return c.json(joinedStreamSchema.parse(await receiver.join(await readWireBody(c.req.raw, joinStreamSchema, BODY_BYTES))));
  });
  app.post('/compartments/:name/timeline', async (c) => {
    const timeline = await order(c.req.param('name'), c.var.caller).allotTimeline();
    return c.json(allottedTimelineSchema.parse({ timeline }));
  });
  app.post('/compartments/:name/base', async (c) => c.json(await order(c.req.param('name'), c.var.caller).takeBase()));

  app.get('/compartments/:name/bases', async (c) => {
    return c.json(basesSchema.parse({ bases: await find(c.req.param('name'), c.var.caller).keeper.listBases() }));
  });
  app.get('/compartments/:name/bases/:id', async (c) => {
    const receiver = find(c.req.param('name'), c.var.caller);
    const id = parse(baseIdSchema, c.req.param('id'), 'base');
    const { base, bytes, isPacked, body } = await receiver.keeper.openBase(id, c.req.header('accept') === PIECES_TYPE);
    const type = isPacked ? PIECES_TYPE : 'application/x-tar';
    return answerStream(c, { 'content-type': type, 'content-length': String(bytes), 'x-sha256': base.sha256 }, body);
  });
  app.get('/compartments/:name/wal', async (c) => {
    const receiver = find(c.req.param('name'), c.var.caller);
    const from = parse(lsnSchema, c.req.query('from') ?? '', 'from');
    const timeline = c.req.query('timeline');
    return c.json(
      walListSchema.parse(await receiver.keeper.listWal(from, timeline === undefined ? undefined : parseTimeline(timeline))),
    );
  });
  app.get('/compartments/:name/wal/:file', async (c) => {
    const receiver = find(c.req.param('name'), c.var.caller);
    const name = parse(walNameSchema, c.req.param('file'), 'file');
    const takesPacked = c.req.header('accept') === PACKED_SEGMENT_TYPE;
    const { bytes, sha256, isComplete, isPacked } = await receiver.keeper.readWalFile(name, takesPacked);
    const headers = {
      'content-type': isPacked ? PACKED_SEGMENT_TYPE : 'application/octet-stream',
      'content-length': String(bytes.length),
      'x-sha256': sha256,
      'x-complete': isComplete ? 'true' : 'false',
    };
    return answerStream(c, headers, [bytes]);
  });
}

function parse<Schema extends z.ZodType>(schema: Schema, value: string, name: string): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new EstateError('input.invalid', `reading ${name}: ${parsed.error.issues[0]?.message ?? 'it is malformed'}`);
}

function parseTimeline(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new EstateError('input.invalid', 'reading timeline: must be a number such as 1');
}
