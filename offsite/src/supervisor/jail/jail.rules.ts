import { join } from 'node:path';
import type { Isolation, Owner, ProcessSpec } from '@bulkhead/supervision';
import {
  jailControl,
  jailDirectory,
  jailSockets,
  type Layout,
  outerDirectory,
  outerSocket,
  walSockets,
} from '#supervisor/layout/layout.rules.ts';
import { code } from '#supervisor/process/process.rules.ts';

const GRACE_MS = 15_000;
const MEMORY_MB = 384;

export type JailAsked = {
  /** Unique in the site: `standby-website`, `quarantine-…`. */
  readonly name: string;
  readonly compartment: string;
  readonly mode: 'standby' | 'quarantine';
  readonly directory: string;
  readonly secret: string;
  readonly readerSecret: string;
  readonly targetLsn?: string | undefined;
  /** What the receiver allotted to the restored cluster; restores that stand side by side cannot take the same number. */
  readonly newTimeline?: number | undefined;
  /** Directory of the PostgreSQL installation that the jail's user can read. */
  readonly installation: string;
  /** Undefined where the system gives none: then its user and Node's permissions are all that holds it. */
  readonly isolation: Isolation | undefined;
};

/** What a jail is started with: it may read its own archive, and write its own directory. */
export function describeJail(asked: JailAsked, layout: Layout, owner: Owner | undefined, logLevel: string): ProcessSpec {
  const { name, compartment, mode, directory, secret } = asked;
  return {
    name,
    entry: join(layout.checkout, 'offsite/src/standby/main.ts'),
    environment: {
      COMPARTMENT: compartment,
      MODE: mode,
      DATA_DIRECTORY: directory,
      SOCKET_DIRECTORY: jailSockets(layout, name),
      CONTROL_SOCKET: jailControl(layout, name),
      JAIL_SECRET: secret,
      RECEIVER_SOCKET: outerSocket(layout, 'receiver'),
      RECEIVER_SECRET: asked.readerSecret,
      WAL_SOCKET_DIRECTORY: walSockets(layout, compartment),
      POSTGRES_BINARIES: asked.installation,
      ...(asked.targetLsn === undefined ? {} : { TARGET_LSN: asked.targetLsn }),
      ...(asked.newTimeline === undefined ? {} : { NEW_TIMELINE: String(asked.newTimeline) }),
      LOG_LEVEL: logLevel,
    },
    owner,
    read: [...code(layout), asked.installation, '/proc'],
    write: [directory, jailDirectory(layout, name)],
    isolation: { by: asked.isolation, reach: [outerDirectory(layout, 'receiver'), walSockets(layout, compartment)] },
    allowChildProcess: true,
    memoryMb: MEMORY_MB,
    health: { socket: jailControl(layout, name), secret, path: '/health' },
    graceMs: GRACE_MS,
    restart: 'always',
  };
}
