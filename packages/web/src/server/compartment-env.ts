import type { Language, VerifiedToken } from '@bulkhead/contracts';
import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';

/** What a handler of a compartment knows of a request that was let in. */
export type CompartmentEnv = {
  Bindings: HttpBindings;
  Variables: {
    /** The verified claims; not set on internal paths (`/.…`) called without a token. */
    claims: VerifiedToken;
    /** The token itself, to be bound to the transaction of this request. */
    token: string;
    requestId: string;
    language: Language;
    /** The verified body, up to 1 MiB; empty if none was sent or if it waits for `readUpload`. */
    body: Uint8Array;
    /** Ids of the transactions that this request committed; `transactFor` adds them. */
    commits: string[];
  };
};
export type CompartmentApp = Hono<CompartmentEnv>;
export type CompartmentContext = Context<CompartmentEnv>;
