import { publicStatusSchema } from '@bulkhead/contracts';
import type { Log } from '@bulkhead/kernel';
import { createWireApp, readWireBody, type WireApp } from '@bulkhead/wire';
import type { StatusBoard } from './status.actions.ts';

const FACTS_BYTES = 16_777_216;

/** The API for recovery, which alone tells the status page what to show. */
export function createStatusApp(deps: { readonly board: StatusBoard; readonly secret: string; readonly log: Log }): WireApp {
  const app = createWireApp({ secrets: { recovery: deps.secret }, log: deps.log });
  app.get('/health', (c) => c.json({ ok: true, ...deps.board.counts }));
  app.post('/facts', async (c) => {
    await deps.board.tell(await readWireBody(c.req.raw, publicStatusSchema, FACTS_BYTES));
    return c.json({ ok: true });
  });
  return app;
}
