import {
  archiveCopySchema,
  compartmentNameSchema,
  gatewayKeysSchema,
  imageSchema,
  lsnSchema,
  type SiteStatus,
  type TokenKey,
  timelineSchema,
} from '@bulkhead/contracts';
import { EstateError, type Log } from '@bulkhead/kernel';
import { createWireApp, readWireBody, type WireApp } from '@bulkhead/wire';
import { z } from 'zod';
import { deleteQuarantine, type JailDeps, rebuildStandby, startQuarantine } from '#supervisor/jail/jail.actions.ts';
import type { ArchiveReader } from '#supervisor/jail/reader.actions.ts';
import { LONGEST_QUARANTINE_ID } from '#supervisor/layout/layout.rules.ts';
import type { StandInKeeper } from '#supervisor/stand-in/stand-in-keeper.actions.ts';

const idSchema = z
  .string()
  .max(LONGEST_QUARANTINE_ID)
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and hyphens');
const quarantineSchema = z.object({
  compartment: compartmentNameSchema,
  id: idSchema,
  targetLsn: lsnSchema.optional(),
  newTimeline: timelineSchema.optional(),
});

const copySchema = z.object({ compartment: compartmentNameSchema, copy: archiveCopySchema.shape.id });
const handOverSchema = z.object({ id: imageSchema.shape.id });
const standInSchema = z.object({ isWanted: z.boolean(), isInCharge: z.boolean() });
const namesSchema = z.object({ way: z.enum(['away', 'home']) });

/** The control API of off-site's supervisor, for its own recovery process and for the command line. */
export function createControlApp(options: {
  readonly jails: JailDeps;
  readonly enrolGatewayKeys: (gatewayKeys: readonly TokenKey[]) => Promise<void>;
  readonly reader: ArchiveReader;
  readonly standIn: StandInKeeper;
  /** Runs the hook that lets the names of public pages lead to the reading room, or back. */
  readonly moveReadersNames: (way: 'away' | 'home') => Promise<string | null>;
  /** Headquarters was founded anew: its keys and the secrets shared with it are read again. */
  readonly rejoin: () => Promise<void>;
  /** On two hosts: lets go of the port that headquarters connects to, or listens there again with the keys that lie there now. */
  readonly listen: (isWanted: boolean) => Promise<void>;
  readonly status: () => Promise<SiteStatus>;
  readonly stop: () => void;
  readonly secret: string;
  readonly log: Log;
}): WireApp {
  const { jails, enrolGatewayKeys, reader, standIn, moveReadersNames, rejoin, listen, status, stop, secret, log } = options;
  const app = createWireApp({ secrets: { control: secret }, log });
  app.get('/health', (c) => c.json({ ok: true }));
  app.get('/status', async (c) => c.json(await status()));
  app.post('/quarantines', async (c) =>
    c.json(await startQuarantine(jails, await readWireBody(c.req.raw, quarantineSchema)), 201),
  );
  app.delete('/quarantines/:id', async (c) => {
    await deleteQuarantine(jails, parse(idSchema, c.req.param('id')));
    return c.body(null, 204);
  });
  app.post('/standbys/:compartment/rebuild', async (c) => {
    await rebuildStandby(jails, parse(compartmentNameSchema, c.req.param('compartment')));
    return c.json({ ok: true });
  });
  app.post('/archive-reader', async (c) => c.json(await reader.start(await readWireBody(c.req.raw, copySchema)), 201));
  app.delete('/archive-reader', async (c) => {
    await reader.stop();
    return c.body(null, 204);
  });
  app.post('/standbys/:compartment/hand-over', async (c) => {
    const { id } = await readWireBody(c.req.raw, handOverSchema);
    return c.json(await standIn.handOver(parse(compartmentNameSchema, c.req.param('compartment')), id));
  });
  app.get('/handed/:id', async (c) => c.json(await standIn.findHandedOver(parse(imageSchema.shape.id, c.req.param('id')))));
  app.put('/stand-in', async (c) => c.json({ gatewayKey: await standIn.keep(await readWireBody(c.req.raw, standInSchema)) }));
  app.post('/names', async (c) => {
    const { way } = await readWireBody(c.req.raw, namesSchema);
    return c.json({ told: await standIn.moveNames(way) });
  });
  app.post('/reading-room/names', async (c) => {
    const { way } = await readWireBody(c.req.raw, namesSchema);
    return c.json({ told: await moveReadersNames(way) });
  });
  app.post('/rejoin', async (c) => {
    await rejoin();
    return c.json({ ok: true });
  });
  app.put('/link', async (c) => {
    await listen(true);
    return c.json({ ok: true });
  });
  app.delete('/link', async (c) => {
    await listen(false);
    return c.json({ ok: true });
  });
  app.post('/gateway-keys', async (c) => {
    await enrolGatewayKeys((await readWireBody(c.req.raw, gatewayKeysSchema)).gatewayKeys);
    return c.json({ ok: true });
  });
  app.post('/stop', (c) => {
    stop();
    return c.json({ ok: true }, 202);
  });
  return app;
}

function parse<Schema extends z.ZodType>(schema: Schema, given: string): z.infer<Schema> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new EstateError('input.invalid', `reading a call's path: ${parsed.error.issues[0]?.message ?? 'not valid'}`, {
    cause: parsed.error,
  });
}
