import { blocksSchema } from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, readJson, transactFor } from '@bulkhead/web';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import type { ChangeFeed } from './change-feed.actions.ts';
import { endBlockedSessions, type SessionDesk } from './session.actions.ts';

/** Below the ten seconds for which the gateway waits. */
const WAIT_MS = 9000;
const SEQUENCE = /^\d{1,15}$/;
const SESSION_ID = /^[A-Za-z0-9_-]{16,64}$/;
const endSchema = blocksSchema.pick({ sessions: true, accounts: true });
const seenSchema = z.object({ ids: z.array(z.string().regex(SESSION_ID)).max(10_000) });

/** What the gateway asks identity: sessions, and which of them changed. */
export function addSessionRoutes(
  app: CompartmentApp,
  deps: { readonly desk: SessionDesk; readonly feed: ChangeFeed; readonly database: Database<Schema>; readonly now: Now },
): void {
  app.get('/.identity/sessions/changes', async (c) => {
    const after = c.req.query('after') ?? '0';
    if (!SEQUENCE.test(after)) throw new EstateError('input.invalid', 'telling of changed sessions: "after" is no sequence');
    return c.json(await deps.feed.after(Number(after), WAIT_MS));
  });
  app.get('/.identity/sessions/:id', async (c) => {
    const id = c.req.param('id');
    const session = SESSION_ID.test(id) ? await deps.desk.find(id) : null;
    if (!session) throw new EstateError('request.not_found', 'finding a session: none with this id lives');
    return c.json(session);
  });
  app.post('/.identity/sessions/seen', async (c) => {
    if (!c.var.token) throw new EstateError('token.missing', 'noting sessions in use: the call carries no token');
    const { ids } = readJson(c, seenSchema);
    await deps.desk.noteUse(ids, transactFor(c, deps.database));
    return c.json({ ok: true });
  });
  app.post('/.identity/sessions/end', async (c) => {
    if (!c.var.token) throw new EstateError('token.missing', 'ending blocked sessions: the call carries no token');
    const blocked = readJson(c, endSchema);
    await endBlockedSessions({ transact: transactFor(c, deps.database), feed: deps.feed, now: deps.now }, blocked);
    return c.json({ ok: true });
  });
}
