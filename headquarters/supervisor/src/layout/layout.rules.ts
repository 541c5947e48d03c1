import { join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';

/** Where everything of headquarters lies. */
export type Layout = {
  readonly data: string;
  /** The supervisor's own: readable by nobody else. */
  readonly supervisor: string;
  readonly logs: string;
  /** Copies of the estate and trust files that every process may read. */
  readonly published: string;
  readonly estateFile: string;
  readonly trustFile: string;
  readonly sockets: string;
  readonly controlSocket: string;
  readonly gateway: { readonly directory: string; readonly sockets: string; readonly controlSocket: string };
  /** Doors of off-site. */
  readonly offsite: { readonly sockets: string; readonly recovery: string; readonly publisher: string; readonly vault: string };
  /** Of the process that joins the sites when off-site is on another host. */
  readonly link: { readonly sockets: string; readonly controlSocket: string };
};

/** Where everything of one compartment lies. */
export type CompartmentLayout = {
  readonly directory: string;
  readonly pg: string;
  readonly blobs: string;
  /** The supervisor's record of it. */
  readonly record: string;
  readonly sockets: string;
  readonly socket: string;
  readonly pgSockets: string;
};

const TAKEN = new Set(['supervisor', 'gateway', 'logs', 'public', 'runtime', 'secrets', 'link']);

export function layOut(dataDirectory: string, runtimeDirectory: string): Layout {
  const sockets = join(runtimeDirectory, 'hq');
  const offsite = join(runtimeDirectory, 'offsite');
  return {
    data: dataDirectory,
    supervisor: join(dataDirectory, 'supervisor'),
    logs: join(dataDirectory, 'logs'),
    published: join(dataDirectory, 'public'),
    estateFile: join(dataDirectory, 'public/estate.json'),
    trustFile: join(dataDirectory, 'public/trust.json'),
    sockets,
    controlSocket: join(sockets, 'supervisor.sock'),
    gateway: {
      directory: join(dataDirectory, 'gateway'),
      sockets: join(sockets, 'gateway'),
      controlSocket: join(sockets, 'gateway/control.sock'),
    },
    offsite: {
      sockets: offsite,
      recovery: join(offsite, 'recovery.sock'),
      publisher: join(offsite, 'publisher.sock'),
      vault: join(offsite, 'vault.sock'),
    },
    link: { sockets: join(sockets, 'link'), controlSocket: join(sockets, 'link/control.sock') },
  };
}

/** @throws EstateError `config.invalid` for a name that headquarters needs for itself */
export function layOutCompartment(layout: Layout, name: string): CompartmentLayout {
  if (TAKEN.has(name)) {
    throw new EstateError(
      'config.invalid',
      `laying out compartment ${name}: headquarters needs this name for itself; choose another`,
    );
  }
  const directory = join(layout.data, name);
  return {
    directory,
    pg: join(directory, 'pg'),
    blobs: join(directory, 'blobs'),
    record: join(layout.supervisor, 'compartments', `${name}.json`),
    sockets: join(layout.sockets, name),
    socket: join(layout.sockets, name, 'app.sock'),
    pgSockets: join(layout.sockets, `${name}-pg`),
  };
}
