import { BROWSER_HEADER } from '@bulkhead/contracts';
import { sha256Hex } from '@bulkhead/kernel';
import type { CompartmentContext } from '@bulkhead/web';
import { networkOf } from '#throttle/throttle.rules.ts';

/** Where a sign-in comes from. */
export type Visitor = {
  readonly address: string;
  readonly userAgent: string | undefined;
  /** The hash by which the gateway tells this browser from others, if it told. */
  readonly browser: string | null;
  /** The session that this browser has at present. */
  readonly previousId: string | null;
};

/** Where a request comes from, as the gateway tells. */
export function visitorFrom(c: CompartmentContext): Visitor {
  const told = c.req.header(BROWSER_HEADER);
  const { address, sessionId } = c.var.claims;
  return {
    address,
    userAgent: c.req.header('user-agent'),
    browser: told === undefined ? null : sha256Hex(told),
    previousId: sessionId,
  };
}

/** Whose a challenge is before anybody is signed in: the browser's, or the network's where nothing is told of the browser. */
export function holderOf(visitor: Pick<Visitor, 'browser' | 'address'>): string {
  return visitor.browser ?? `network ${networkOf(visitor.address)}`;
}
