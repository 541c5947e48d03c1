import { dirname, join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';

/** Where everything of off-site lies. */
export type Layout = {
  readonly data: string;
  readonly checkout: string;
  readonly logs: string;
  /** The supervisor's own: readable by nobody else. */
  readonly supervisor: string;
  /** Copies of the estate and trust files that every process may read. */
  readonly published: string;
  readonly estateFile: string;
  readonly trustFile: string;
  /** Everybody may pass; only the supervisor may put something here. */
  readonly sockets: string;
  /** Only off-site's own group may pass: headquarters and jails may not. */
  readonly internal: string;
  /** For the command line. */
  readonly controlSocket: string;
  /** For recovery. */
  readonly innerControlSocket: string;
  readonly headquartersSockets: string;
  readonly databaseDirectory: string;
  readonly databaseSockets: string;
};

/** Linux keeps 108 bytes for a socket's path, one of them the closing zero; others keep fewer. */
const SOCKET_PATH_LIMIT = 103;

export function layOut(data: string, runtime: string, checkout: string, headquartersSockets: string): Layout {
  const sockets = join(runtime, 'offsite');
  const internal = join(sockets, 'internal');
  return {
    data,
    checkout,
    logs: join(data, 'logs'),
    supervisor: join(data, 'supervisor'),
    published: join(data, 'public'),
    estateFile: join(data, 'public', 'estate.json'),
    trustFile: join(data, 'public', 'trust.json'),
    sockets,
    internal,
    controlSocket: join(sockets, 'supervisor.sock'),
    innerControlSocket: join(internal, 'supervisor.sock'),
    headquartersSockets,
    databaseDirectory: join(data, 'database', 'pg'),
    databaseSockets: join(internal, 'database'),
  };
}

/** A process's sockets for other processes of off-site. */
export function innerDirectory(layout: Layout, name: string): string {
  return join(layout.internal, name);
}

export function innerSocket(layout: Layout, name: string): string {
  return join(innerDirectory(layout, name), `${name}.sock`);
}

/** A process's sockets for headquarters, operators or jails. */
export function outerDirectory(layout: Layout, name: string): string {
  return join(layout.sockets, name);
}

export function outerSocket(layout: Layout, process: string, name = process): string {
  return join(outerDirectory(layout, process), `${name}.sock`);
}

/** The well-known names of outer sockets: links, which only the supervisor can make. */
export const WELL_KNOWN = [
  { process: 'recovery', name: 'recovery' },
  { process: 'recovery', name: 'desk' },
  { process: 'publisher', name: 'publisher' },
  { process: 'vault', name: 'vault' },
] as const;

/** A process's own directory. */
export function ownDirectory(layout: Layout, name: string): string {
  return join(layout.data, name);
}

/** Where the receiver serves a compartment's WAL to its standby. */
export function walSockets(layout: Layout, compartment: string): string {
  return join(layout.sockets, `wal-${compartment}`);
}

/** Where a jail's sockets stand: off-site's group may pass. */
export function jailDirectory(layout: Layout, jail: string): string {
  return join(layout.sockets, 'j', jail.replace(/^quarantine-/, 'q-').replace(/^standby-/, 's-'));
}

export function jailControl(layout: Layout, jail: string): string {
  return join(jailDirectory(layout, jail), 'control.sock');
}

/** Where a jail's PostgreSQL has its socket: its own, and nobody else's. */
export function jailSockets(layout: Layout, jail: string): string {
  return join(jailDirectory(layout, jail), 'pg');
}

/** Where the primary of a compartment has its socket, at headquarters. */
export function primarySockets(layout: Layout, compartment: string): string {
  return join(layout.headquartersSockets, `${compartment}-pg`);
}

/**
 * Checks the longest paths before anything starts.
 * @throws EstateError `socket.path_too_long`
 */
export function checkSocketPaths(layout: Layout, compartments: readonly string[]): void {
  const inStandIn = compartments.map((name) => join(dirname(layout.sockets), 'stand-in', 'hq', `${name}-pg`, '.s.PGSQL.5432'));
  const longest = [...compartments.map((name) => `standby-${name}`), `quarantine-${'x'.repeat(LONGEST_QUARANTINE_ID)}`]
    .map((jail) => join(jailSockets(layout, jail), '.s.PGSQL.5432'))
    .concat(inStandIn)
    .reduce((left, right) => (right.length > left.length ? right : left));
  if (Buffer.byteLength(longest) <= SOCKET_PATH_LIMIT) return;
  throw new EstateError(
    'socket.path_too_long',
    `laying out off-site's sockets: ${longest} is longer than ${SOCKET_PATH_LIMIT} bytes; choose a shorter runtime directory, such as /run/bulkhead`,
  );
}

/** A quarantine's id stands in the path of its sockets. */
export const LONGEST_QUARANTINE_ID = 24;
