import { z } from 'zod';
import { compartmentNameSchema, instantSchema, lsnSchema } from './name.ts';
import { verifyingKeySchema } from './signed.ts';

/** The bound of a key's validity: a moment, for those who verify requests, and for those who judge commits a position in each WAL. */
export const keyBoundSchema = z.object({
  at: instantSchema,
  positions: z.record(compartmentNameSchema, z.object({ timeline: z.number().int().positive(), lsn: lsnSchema })),
});
export type KeyBound = z.infer<typeof keyBoundSchema>;

/** A key of the gateway, with the range in which it is valid; without bounds it always was, and is. */
export const tokenKeySchema = verifyingKeySchema.extend({ from: keyBoundSchema.optional(), until: keyBoundSchema.optional() });
export type TokenKey = z.infer<typeof tokenKeySchema>;

/** What headquarters' supervisor signs with its job key when it drew the gateway's next key, as an order asked: POST /gateway-keys. */
export const drawnGatewayKeySchema = verifyingKeySchema.extend({
  compartment: compartmentNameSchema,
  epoch: z.number().int().positive(),
});

/** All keys of the gateway, oldest first: what recovery answers, and what each site keeps beside its trust file. */
export const gatewayKeysSchema = z.object({ gatewayKeys: z.array(tokenKeySchema).min(1).max(1000) });

/** The trust of a site with the keys that recoveries enrolled since it was written. */
export function trustWith<Given extends { readonly gatewayKeys: readonly TokenKey[] }>(
  trust: Given,
  enrolled: readonly TokenKey[],
): Omit<Given, 'gatewayKeys'> & { readonly gatewayKeys: TokenKey[] } {
  const known = new Set(enrolled.map(({ keyId }) => keyId));
  const isNew = ({ keyId }: TokenKey) => !known.has(keyId);
  // What the trust file has behind a key that was enrolled came with a headquarters that joined since: it is the youngest.
  const from = trust.gatewayKeys.findIndex((key) => !isNew(key));
  const [older, younger] = from < 0 ? [trust.gatewayKeys, []] : [trust.gatewayKeys.slice(0, from), trust.gatewayKeys.slice(from)];
  return { ...trust, gatewayKeys: [...older, ...enrolled, ...younger.filter(isNew)] };
}
