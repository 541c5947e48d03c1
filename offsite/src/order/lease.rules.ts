import { type Lease, leaseSchema, type Order } from '@bulkhead/contracts';
import type { z } from 'zod';
import { mayHoldLease } from './order.rules.ts';

export const leaseRequestSchema = leaseSchema.pick({ nonce: true, compartments: true });
export type LeaseRequest = z.infer<typeof leaseRequestSchema>;

/** What the lease is decided from. */
export type LeaseView = {
  readonly issued: (compartment: string) => Order | undefined;
  readonly isBeingSealed: (compartment: string) => boolean;
};

/** Leaves out every compartment whose order is another than headquarters believes, or which must not run [C4]. */
export function grantLease(view: LeaseView, asked: LeaseRequest, ttlMs: number): Lease {
  const compartments = asked.compartments.filter(({ name, epoch }) => {
    const order = view.issued(name);
    return order !== undefined && order.epoch === epoch && mayHoldLease(order.state) && !view.isBeingSealed(name);
  });
  return { nonce: asked.nonce, compartments, ttlMs };
}
