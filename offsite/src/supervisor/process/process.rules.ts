import { join } from 'node:path';
import { type Estate, hasCluster, type Link, type VaultTargetSettings } from '@bulkhead/contracts';
import type { Owner, ProcessSpec } from '@bulkhead/supervision';
import {
  innerDirectory,
  innerSocket,
  jailControl,
  type Layout,
  outerDirectory,
  outerSocket,
  ownDirectory,
  primarySockets,
  walSockets,
} from '#supervisor/layout/layout.rules.ts';
import type { StandInCredentials } from '#supervisor/stand-in/stand-in.rules.ts';

/** Secrets of the links among off-site's processes, drawn anew at each start. */
export type RunSecrets = {
  readonly receiver: string;
  readonly vault: string;
  readonly findings: string;
  /** What recovery presents to the supervisor. */
  readonly supervisor: string;
  readonly publisher: string;
  readonly history: string;
  readonly status: string;
  readonly readingRoom: string;
  readonly health: string;
  readonly ledger: { readonly recovery: string; readonly publisher: string };
  /** Compartment → what its jails present to the receiver. */
  readonly readers: Readonly<Record<string, string>>;
  /** Compartment → what is presented to its standby. */
  readonly standbys: Readonly<Record<string, string>>;
  readonly database: string;
};

/** What the processes of off-site are described from. */
export type Sites = {
  readonly layout: Layout;
  readonly estate: Estate;
  readonly link: Link;
  /** Who stands in when headquarters is lost; undefined where nobody does. */
  readonly standIn?:
    | { readonly credentials: StandInCredentials; readonly sockets: string; readonly isInCharge: boolean }
    | undefined;
  readonly secrets: RunSecrets;
  readonly deskSecret: string;
  /** Where each key lies for the one process that signs with it. */
  readonly keys: { readonly order: string; readonly edition: string; readonly ledger: string };
  /** Opens the archive's keys, for the receiver. */
  readonly archiveIdentity: string;
  /** Further files that a process may read: its TLS certificate and key. */
  readonly files: {
    readonly status: readonly string[];
    readonly readingRoom: readonly string[];
  };
  /** Where the vault lays its blobs; its credentials lie where the vault may read them. */
  readonly vaultTarget: VaultTargetSettings;
  /** The estate file of the status process, with its own TLS files. */
  readonly statusEstateFile: string;
  /** The estate file of the reading room, with its own TLS files; undefined where there is none. */
  readonly readingRoomEstateFile?: string | undefined;
  readonly logLevel: string;
};

export const PROCESSES = ['ledger', 'vault', 'receiver', 'publisher', 'status', 'reading-room', 'history', 'recovery'] as const;
export type ProcessName = (typeof PROCESSES)[number];

/** Those of the processes that this estate has. */
export function processesOf({ readingRoom }: Pick<Estate, 'readingRoom'>): readonly ProcessName[] {
  return PROCESSES.filter((name) => name !== 'reading-room' || readingRoom !== undefined);
}

/** The process that reads a copy of an archive to a drill. */
export const READER = 'reader';

const GRACE_MS = 5000;
const MEMORY_MB: Record<ProcessName, number> = {
  ledger: 192,
  vault: 256,
  receiver: 384,
  publisher: 512,
  status: 192,
  'reading-room': 256,
  history: 1024,
  recovery: 384,
};

/** What a process of off-site is started with: its own directory, its sockets, its key, and nothing of anybody else. */
export function describeProcess(name: ProcessName, sites: Sites, owner: Owner | undefined): ProcessSpec {
  const { layout } = sites;
  const { environment, reads, writes, health } = PARTS[name](sites);
  const isRenderer = name === 'publisher';
  return {
    name,
    entry: join(layout.checkout, 'offsite/src', name, 'main.ts'),
    environment: { ESTATE_FILE: layout.estateFile, TRUST_FILE: layout.trustFile, LOG_LEVEL: sites.logLevel, ...environment },
    owner,
    read: [...code(layout), ...reads],
    write: [ownDirectory(layout, name), innerDirectory(layout, name), outerDirectory(layout, name), ...writes],
    allowChildProcess: isRenderer,
    memoryMb: MEMORY_MB[name],
    health: { ...health, path: '/health' },
    graceMs: GRACE_MS,
    restart: 'always',
  };
}

/** Reads a copy of an archive to a drill: the receiver's own program and keys, no stream, and nothing but the copy. */
export function describeReader(
  sites: Sites,
  owner: Owner | undefined,
  copy: { readonly compartment: string; readonly directory: string; readonly secret: string },
): ProcessSpec {
  const { layout, secrets } = sites;
  const receiver = describeProcess('receiver', sites, owner);
  const { compartment, directory, secret } = copy;
  const stream = { name: compartment, socketDirectory: '/nowhere', walSocketDirectory: '/nowhere', readerSecret: secret };
  const socket = innerSocket(layout, READER);
  return {
    ...receiver,
    name: READER,
    sharesUid: true,
    environment: {
      ESTATE_FILE: layout.estateFile,
      TRUST_FILE: layout.trustFile,
      LOG_LEVEL: sites.logLevel,
      ...PARTS.receiver(sites).environment,
      DATA_DIRECTORY: directory,
      RECEIVER_SOCKET: socket,
      RECEIVER_SECRET: secrets.health,
      COMPARTMENTS: JSON.stringify([stream]),
      READ_ONLY: '1',
    },
    write: [directory, innerDirectory(layout, READER)],
    health: { socket, secret: secrets.health, path: '/health' },
  };
}

/** The code that a process may read. */
export function code(layout: Layout): string[] {
  return ['packages', 'node_modules', 'offsite', 'compartments', 'package.json']
    .map((part) => join(layout.checkout, part))
    .concat(layout.published);
}

type Part = {
  readonly environment: Readonly<Record<string, string>>;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly health: { readonly socket: string; readonly secret: string };
};

const PARTS: Record<ProcessName, (sites: Sites) => Part> = {
  ledger: ({ layout, secrets, keys }) => ({
    environment: {
      DIRECTORY: ownDirectory(layout, 'ledger'),
      SOCKET: innerSocket(layout, 'ledger'),
      SECRETS_JSON: JSON.stringify({ ...secrets.ledger, supervisor: secrets.health }),
      SIGNING_KEY_FILE: keys.ledger,
      ...findings(layout, secrets),
    },
    reads: [keys.ledger],
    writes: [],
    health: { socket: innerSocket(layout, 'ledger'), secret: secrets.health },
  }),
  vault: ({ layout, estate, secrets, link, vaultTarget }) => ({
    environment: {
      DIRECTORY: ownDirectory(layout, 'vault'),
      SOCKET: outerSocket(layout, 'vault'),
      SECRETS_JSON: JSON.stringify(link.vaultSecrets),
      OFFSITE_SECRET: secrets.vault,
      TARGET_JSON: JSON.stringify(vaultTarget),
      ESCROW_RECIPIENTS_JSON: JSON.stringify(estate.archiveRecipients ?? []),
      // Flushes of many small files share the disk's turns only if so many may wait at once.
      UV_THREADPOOL_SIZE: '16',
      ...findings(layout, secrets),
    },
    reads: vaultTarget.kind === 's3' ? [vaultTarget.credentialsFile] : [],
    writes: [],
    health: { socket: outerSocket(layout, 'vault'), secret: secrets.vault },
  }),
  receiver: ({ layout, secrets, link, estate, archiveIdentity }) => ({
    environment: {
      DATA_DIRECTORY: ownDirectory(layout, 'receiver'),
      RECEIVER_SOCKET: outerSocket(layout, 'receiver'),
      RECEIVER_SECRET: secrets.receiver,
      COMPARTMENTS: JSON.stringify(streamsOf(estate).map((name) => describeStream(name, layout, link, secrets))),
      IDENTITY_FILE: archiveIdentity,
      ARCHIVE_RECIPIENTS: JSON.stringify(estate.archiveRecipients ?? []),
      BASE_EVERY_HOURS: String(estate.baseEveryHours ?? 24),
    },
    reads: [archiveIdentity],
    writes: streamsOf(estate).map((name) => walSockets(layout, name)),
    health: { socket: outerSocket(layout, 'receiver'), secret: secrets.receiver },
  }),
  publisher: ({ layout, secrets, link, keys, standIn }) => ({
    environment: {
      SIGNING_KEY_FILE: keys.edition,
      DIRECTORY: ownDirectory(layout, 'publisher'),
      HQ_SOCKET: outerSocket(layout, 'publisher'),
      // What headquarters knows opens nothing while the stand-in is in charge.
      HQ_SECRET: standIn?.isInCharge ? standIn.credentials.link.publisherSecret : link.publisherSecret,
      ...(standIn ? { STAND_IN_SECRET: standIn.credentials.link.publisherSecret } : {}),
      READING_ROOM_SECRET: secrets.readingRoom,
      CONTROL_SOCKET: innerSocket(layout, 'publisher'),
      CONTROL_SECRET: secrets.publisher,
      LEDGER_SOCKET: innerSocket(layout, 'ledger'),
      LEDGER_SECRET: secrets.ledger.publisher,
      VAULT_SOCKET: outerSocket(layout, 'vault'),
      VAULT_SECRET: secrets.vault,
      JAILS_JSON: describeJails(layout, secrets),
      CHECKOUT: layout.checkout,
      ...findings(layout, secrets),
    },
    reads: [keys.edition],
    writes: [],
    health: { socket: innerSocket(layout, 'publisher'), secret: secrets.publisher },
  }),
  status: ({ layout, secrets, files, statusEstateFile }) => ({
    environment: {
      ESTATE_FILE: statusEstateFile,
      DIRECTORY: ownDirectory(layout, 'status'),
      SOCKET: innerSocket(layout, 'status'),
      SECRET: secrets.status,
      ...findings(layout, secrets),
    },
    reads: files.status,
    writes: [],
    health: { socket: innerSocket(layout, 'status'), secret: secrets.status },
  }),
  'reading-room': ({ layout, secrets, files, readingRoomEstateFile = layout.estateFile }) => ({
    environment: {
      ESTATE_FILE: readingRoomEstateFile,
      DIRECTORY: ownDirectory(layout, 'reading-room'),
      SOCKET: innerSocket(layout, 'reading-room'),
      SECRET: secrets.readingRoom,
      PUBLISHER_SOCKET: outerSocket(layout, 'publisher'),
      PUBLISHER_SECRET: secrets.readingRoom,
      ...findings(layout, secrets),
    },
    reads: files.readingRoom,
    writes: [],
    health: { socket: innerSocket(layout, 'reading-room'), secret: secrets.readingRoom },
  }),
  history: ({ layout, secrets }) => ({
    environment: {
      DIRECTORY: ownDirectory(layout, 'history'),
      SOCKET: innerSocket(layout, 'history'),
      SECRET: secrets.history,
      JAILS_JSON: describeJails(layout, secrets),
      RECEIVER_SOCKET: outerSocket(layout, 'receiver'),
      READERS_JSON: JSON.stringify(secrets.readers),
      RECOVERY_SOCKET: innerSocket(layout, 'recovery'),
      RECOVERY_SECRET: secrets.findings,
    },
    reads: [],
    writes: [],
    health: { socket: innerSocket(layout, 'history'), secret: secrets.history },
  }),
  recovery: ({ layout, estate, secrets, link, keys, deskSecret, standIn }) => ({
    environment: {
      SIGNING_KEY_FILE: keys.order,
      HQ_SOCKET: outerSocket(layout, 'recovery'),
      HQ_SECRET: link.recoverySecret,
      DESK_SOCKET: outerSocket(layout, 'recovery', 'desk'),
      DESK_SECRET: deskSecret,
      INTERNAL_SOCKET: innerSocket(layout, 'recovery'),
      INTERNAL_SECRET: secrets.findings,
      RECEIVER_SOCKET: outerSocket(layout, 'receiver'),
      RECEIVER_SECRET: secrets.receiver,
      LEDGER_SOCKET: innerSocket(layout, 'ledger'),
      LEDGER_SECRET: secrets.ledger.recovery,
      VAULT_SOCKET: outerSocket(layout, 'vault'),
      VAULT_SECRET: secrets.vault,
      PUBLISHER_SOCKET: innerSocket(layout, 'publisher'),
      PUBLISHER_SECRET: secrets.publisher,
      HISTORY_SOCKET: innerSocket(layout, 'history'),
      HISTORY_SECRET: secrets.history,
      STATUS_SOCKET: innerSocket(layout, 'status'),
      STATUS_SECRET: secrets.status,
      SUPERVISOR_SOCKET: layout.innerControlSocket,
      SUPERVISOR_SECRET: secrets.supervisor,
      JAILS_JSON: describeJails(layout, secrets),
      ...(standIn ? { STAND_IN_JSON: describeStandIn(standIn, layout) } : {}),
      ...(estate.readingRoom ? readingRoomOf(layout, secrets) : {}),
      DATABASE_SOCKET_DIRECTORY: layout.databaseSockets,
      DATABASE_NAME: 'recovery',
      DATABASE_ROLE: 'recovery',
      DATABASE_PASSWORD: secrets.database,
    },
    reads: [keys.order],
    writes: [],
    health: { socket: innerSocket(layout, 'recovery'), secret: secrets.findings },
  }),
};

/** The compartments whose rows off-site keeps: at level L0 there is nothing to receive. */
export function streamsOf(estate: Pick<Estate, 'compartments'>): string[] {
  return estate.compartments.flatMap(({ manifest }) => (hasCluster(manifest) ? [manifest.name] : []));
}

function findings(layout: Layout, secrets: RunSecrets): Record<string, string> {
  return { FINDINGS_SOCKET: innerSocket(layout, 'recovery'), FINDINGS_SECRET: secrets.findings };
}

function readingRoomOf(layout: Layout, secrets: RunSecrets): Record<string, string> {
  return { READING_ROOM_SOCKET: innerSocket(layout, 'reading-room'), READING_ROOM_SECRET: secrets.readingRoom };
}

function describeStream(name: string, layout: Layout, link: Link, secrets: RunSecrets) {
  return {
    name,
    socketDirectory: primarySockets(layout, name),
    password: link.replicationPasswords[name],
    walSocketDirectory: walSockets(layout, name),
    readerSecret: secrets.readers[name],
  };
}

function describeJails(layout: Layout, secrets: RunSecrets): string {
  const jails = Object.entries(secrets.standbys).map(([name, secret]) => [
    name,
    { socket: jailControl(layout, `standby-${name}`), secret },
  ]);
  return JSON.stringify(Object.fromEntries(jails));
}

function describeStandIn({ credentials, sockets }: NonNullable<Sites['standIn']>, { headquartersSockets }: Layout): string {
  const { link, jobKey } = credentials;
  return JSON.stringify({ secret: link.recoverySecret, jobKey, sockets, homeSockets: headquartersSockets });
}
