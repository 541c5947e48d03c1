import { randomBytes } from 'node:crypto';
import type { Log } from '@bulkhead/kernel';
import { openHeadquartersEnd, startLinkProcess } from '@bulkhead/link';
import type { Config } from './config.ts';

/** Connects headquarters with off-site. */
export function startLink(config: Config, log: Log): Promise<{ readonly stop: () => Promise<void> }> {
  const newSession = () => randomBytes(8).toString('hex');
  return startLinkProcess(config, {
    log,
    now: () => new Date(),
    open: (parts) => openHeadquartersEnd({ ...parts, offers: config.OFFERS_JSON, newSession }),
  });
}
