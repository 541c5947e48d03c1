import { instantSchema, pinSchema } from '@bulkhead/contracts';
import { z } from 'zod';

/** What an end of the link tells of itself. */
export const linkStatusSchema = z.object({
  site: z.enum(['headquarters', 'offsite']),
  /** Whether the other site was heard of within the last seconds. */
  isUp: z.boolean(),
  /** Off-site: the port it listens on. */
  port: z.number().int().nullable(),
  pin: pinSchema,
  peerPins: z.array(pinSchema).max(2),
  /** Service → connections open now. */
  open: z.record(z.string(), z.number().int()),
  /** Off-site: how often somebody connected who showed another key, or none. */
  strangers: z.number().int(),
  /** Off-site: how often a connection was cut off because too many were beginning. */
  crowded: z.number().int(),
  /** Off-site: from where the last of either came. */
  lastStranger: z.string().nullable(),
  /** When the certificate of this site's own key ends. */
  keyEndsAt: instantSchema,
});
export type LinkStatus = z.infer<typeof linkStatusSchema>;

/** One site's end of the link. */
export type LinkEnd = {
  readonly status: () => LinkStatus;
  /** Gives this site a new key, once the other has taken it; returns its pin. @throws EstateError `link.down` */
  readonly rotate: () => Promise<string>;
  readonly close: () => Promise<void>;
};
