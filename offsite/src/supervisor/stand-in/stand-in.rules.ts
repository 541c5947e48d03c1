import { dirname, join } from 'node:path';
import type { Link, VerifyingKey } from '@bulkhead/contracts';
import type { Layout } from '#supervisor/layout/layout.rules.ts';

/** Where everything of the stand-in lies. */
export type StandInLayout = {
  readonly directory: string;
  /** What its supervisor keeps, as headquarters' does. */
  readonly site: string;
  /** Promoted clusters on their way to it, by the id of their order's image. */
  readonly handed: string;
  readonly secrets: string;
  readonly estateFile: string;
  readonly trustFile: string;
  readonly linkFile: string;
  readonly jobKeyFile: string;
  readonly gatewayKeyFile: string;
  readonly cookieKeyFile: string;
  readonly runtime: string;
  /** Where its databases have their sockets. */
  readonly sockets: string;
  /** Its doors to off-site. */
  readonly doors: string;
  readonly log: string;
};

export function layOutStandIn(layout: Pick<Layout, 'data' | 'sockets' | 'logs'>): StandInLayout {
  const directory = join(layout.data, 'stand-in');
  const secrets = join(directory, 'secrets');
  const runtime = join(dirname(layout.sockets), 'stand-in');
  return {
    directory,
    site: join(directory, 'site'),
    handed: join(directory, 'handed'),
    secrets,
    estateFile: join(directory, 'estate.json'),
    trustFile: join(directory, 'trust.json'),
    linkFile: join(secrets, 'link.json'),
    jobKeyFile: join(secrets, 'job-key.json'),
    gatewayKeyFile: join(secrets, 'gateway-key.json'),
    cookieKeyFile: join(secrets, 'cookie-key.txt'),
    runtime,
    sockets: join(runtime, 'hq'),
    doors: join(runtime, 'offsite'),
    log: join(layout.logs, 'stand-in-supervisor.log'),
  };
}

/** Before it is asked for again, a key that was in force once is replaced: what it signed then stays told apart. */
export function mustDrawAnew(keyId: string, enrolled: readonly { readonly keyId: string }[]): boolean {
  return enrolled.some((key) => key.keyId === keyId);
}

/** What others must know of the stand-in. */
export type StandInCredentials = { readonly link: Link; readonly gatewayKey: VerifyingKey; readonly jobKey: VerifyingKey };
