import { findingReportSchema, protectionWindowSchema, signedSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { readWireBody, type WireApp } from '@bulkhead/wire';
import { type FindingDeps, raiseFinding } from './finding.actions.ts';
import { keepReceipts, listReceipts, type ReceiptDeps } from './receipt.actions.ts';
import { keepWindow, type WindowDeps } from './window.actions.ts';

const SMALL = 65_536;
const BATCH = 2_097_152;

/** Findings, from headquarters or from off-site's own processes. */
export function addFindingRoutes(app: WireApp, deps: FindingDeps, reporter: string): void {
  app.post('/findings', async (c) => {
    const report = await readWireBody(c.req.raw, findingReportSchema, SMALL);
    return c.json(await raiseFinding(deps, report, reporter));
  });
}

/** The gateway's receipts and headquarters' unprotected windows. */
export function addTestimonyRoutes(app: WireApp, deps: ReceiptDeps & WindowDeps): void {
  app.post('/receipts', async (c) => {
    const signed = await readWireBody(c.req.raw, signedSchema, BATCH);
    try {
      return c.json({ sequence: await keepReceipts(deps, signed) });
    } catch (error) {
      if (!(error instanceof EstateError) || error.code !== 'receipt.out_of_sequence') throw error;
      return c.json({ code: error.code, message: error.message }, 409);
    }
  });

  app.post('/windows', async (c) => {
    await keepWindow(deps, await readWireBody(c.req.raw, protectionWindowSchema, SMALL));
    return c.json({ ok: true });
  });
}

/** The gateway's testimony, for history: batches as they were signed. */
export function addReceiptReading(app: WireApp, deps: Pick<ReceiptDeps, 'receipts' | 'listeners'>): void {
  app.get('/receipts', async (c) => {
    const after = c.req.query('after') ?? '0';
    if (!/^\d{1,15}$/.test(after)) throw new EstateError('input.invalid', 'reading receipts: `after` is the id of a batch');
    return c.json(await listReceipts(deps, after, c.req.raw.signal));
  });
}
