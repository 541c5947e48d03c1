import { type Lease, PURPOSES, signMessage } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { readWireBody, type WireApp } from '@bulkhead/wire';
import { z } from 'zod';
import { grantLease, leaseRequestSchema } from './lease.rules.ts';
import type { OrderDeps } from './order.actions.ts';

const POLL_MS = 20_000;
const SMALL = 65_536;
const afterSchema = z.coerce.number().int().min(0).optional();

/** Orders and leases, for headquarters. */
export function addOrderRoutes(
  app: WireApp,
  deps: OrderDeps & {
    readonly leaseMs: number;
    /** Told before a lease leaves. */
    readonly granted?: (lease: Lease) => void;
    /** Who asks may have lost the charge while it waited. */
    readonly requireHeard?: (caller: string) => void;
  },
): void {
  const { book } = deps;

  app.get('/orders', async (c) => {
    const after = afterSchema.safeParse(c.req.query('after'));
    if (!after.success) throw new EstateError('input.invalid', 'listing orders: after must be a whole number, such as after=7');
    if (book.isCrowded) throw new EstateError('request.too_many', 'listing orders: too many wait already');
    const endsAt = performance.now() + POLL_MS;
    // Not "greater than": after a crash the count may stand lower for a moment, and nobody must wait then.
    while (book.sequence() === after.data && performance.now() < endsAt && !c.req.raw.signal.aborted) {
      await book.untilChanged(endsAt - performance.now(), c.req.raw.signal);
    }
    deps.requireHeard?.(c.get('caller'));
    return c.json({ sequence: book.sequence(), orders: book.listReleased().map(({ signed }) => signed) });
  });

  app.post('/lease', async (c) => {
    const asked = await readWireBody(c.req.raw, leaseRequestSchema, SMALL);
    const view = {
      issued: (name: string) => book.issued(name),
      isBeingSealed: (name: string) => book.isBeingSealed(name),
    };
    const lease = grantLease(view, asked, deps.leaseMs);
    deps.requireHeard?.(c.get('caller'));
    deps.granted?.(lease);
    return c.json(signMessage(deps.key, PURPOSES.lease, lease));
  });
}
