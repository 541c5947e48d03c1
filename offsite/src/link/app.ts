import type { Log } from '@bulkhead/kernel';
import { filesOfLink, openOffsiteEnd, startLinkProcess } from '@bulkhead/link';
import type { Config } from './config.ts';

/** Listens for headquarters. */
export function startLink(config: Config, log: Log): Promise<{ readonly stop: () => Promise<void> }> {
  const descriptionFile = filesOfLink(config.DIRECTORY).description;
  return startLinkProcess(config, {
    log,
    now: () => new Date(),
    open: (parts) => openOffsiteEnd({ ...parts, reaches: config.REACHES_JSON, descriptionFile }),
  });
}
