import { ledgerRequestSchema } from '@bulkhead/contracts';
import { EstateError, type Log } from '@bulkhead/kernel';
import { createWireApp, readWireBody, type WireApp } from '@bulkhead/wire';
import type { Ledger } from './ledger.actions.ts';

const BODY_BYTES = 262_144;
const BODY_DEPTH = 32;
const LIST_DEFAULT = 100;
const LIST_LIMIT = 1000;

/**
 * The ledger's API. Calls wait until the chain has been verified; only /health answers before.
 * @param deps.ready tells the ledger once it is verified
 */
export function createLedgerApp(deps: {
  readonly ready: Promise<Ledger>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly log: Log;
}): WireApp {
  let ledger: Ledger | undefined;
  deps.ready.then(
    (opened) => {
      ledger = opened;
    },
    () => {},
  );
  const app = createWireApp({ secrets: deps.secrets, log: deps.log });

  app.get('/health', (c) => {
    if (!ledger) return c.json({ ok: false, detail: 'verifying the chain' }, 503);
    if (ledger.fault) return c.json({ ok: false, code: ledger.fault.code, detail: ledger.fault.message }, 503);
    return c.json({ ok: true, head: ledger.head });
  });

  app.post('/entries', async (c) => {
    const request = await readWireBody(c.req.raw, ledgerRequestSchema, BODY_BYTES);
    if (isDeeperThan(request.body, BODY_DEPTH))
      throw new EstateError('input.invalid', `adding an entry: its body is nested deeper than ${BODY_DEPTH} levels`);
    return c.json(await (await deps.ready).append(c.var.caller, request));
  });

  app.get('/entries', async (c) => {
    const after = wholeNumberIn(c.req.query('after'), 'after', { usual: 0, min: 0, max: Number.MAX_SAFE_INTEGER });
    const limit = wholeNumberIn(c.req.query('limit'), 'limit', { usual: LIST_DEFAULT, min: 1, max: LIST_LIMIT });
    return c.json({ entries: await (await deps.ready).list(after, limit) });
  });

  app.get('/head', async (c) => c.json((await deps.ready).head));

  app.post('/verify', async (c) => c.json(await (await deps.ready).verify()));
  return app;
}

function wholeNumberIn(
  text: string | undefined,
  name: string,
  bounds: { readonly usual: number; readonly min: number; readonly max: number },
): number {
  if (text === undefined) return bounds.usual;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= bounds.min && value <= bounds.max) return value;
  throw new EstateError('input.invalid', `listing entries: ${name} must be a whole number from ${bounds.min} to ${bounds.max}`);
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeperThan(member, levels - 1));
}
