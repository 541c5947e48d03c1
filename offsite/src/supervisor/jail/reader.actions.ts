import { join } from 'node:path';
import type { Owner, Supervision } from '@bulkhead/supervision';
import { innerSocket, ownDirectory } from '#supervisor/layout/layout.rules.ts';
import { describeReader, READER, type Sites } from '#supervisor/process/process.rules.ts';

/** The one process that reads copies of archives to drills; there is never more than one. */
export type ArchiveReader = {
  readonly start: (asked: {
    readonly compartment: string;
    readonly copy: string;
  }) => Promise<{ readonly socket: string; readonly secret: string }>;
  readonly stop: () => Promise<void>;
};

/** @param owner the receiver's: a copy's files are its own */
export function createArchiveReader(deps: {
  readonly sites: Sites;
  readonly supervision: Supervision;
  readonly owner: () => Promise<Owner | undefined>;
  readonly newSecret: () => string;
}): ArchiveReader {
  const { sites, supervision, owner, newSecret } = deps;
  const stop = () => supervision.remove(READER);
  return {
    start: async ({ compartment, copy }) => {
      await stop();
      const secret = newSecret();
      const directory = join(ownDirectory(sites.layout, 'receiver'), '.copies', copy);
      await supervision.start(describeReader(sites, await owner(), { compartment, directory, secret }));
      return { socket: innerSocket(sites.layout, READER), secret };
    },
    stop,
  };
}
