import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Estate } from '@bulkhead/contracts';
import { handOverFile, makeDirectory, type Owner, type ProcessSpec, type Runtime } from '@bulkhead/supervision';
import type { Layout } from '#layout/layout.rules.ts';

const MEMORY_MB = 512;
const GRACE_MS = 5_000;

export type GatewayDeps = {
  readonly estate: Estate;
  readonly runtime: Runtime;
  readonly layout: Layout;
  readonly owner: Owner | undefined;
  readonly keyFiles: { readonly signing: string; readonly cookie: string };
  readonly controlSecret: string;
  readonly offsite: { readonly recoverySecret: string; readonly publisherSecret: string };
  /** Asked at each start: a restore replaces their secrets. */
  readonly compartments: () => Readonly<
    Record<string, { readonly socket: string; readonly internalSecret: string; readonly port?: number }>
  >;
  readonly logLevel: string;
};

/** Makes the gateway's directories, hands its keys over, and tells what it is started with. */
export async function prepareGateway(deps: GatewayDeps): Promise<ProcessSpec> {
  const { layout, owner, runtime } = deps;
  await makeDirectory(layout.gateway.directory, { mode: 0o700, owner });
  await makeDirectory(layout.gateway.sockets, { mode: 0o711, owner });
  const files = await handOverFiles(deps);
  return {
    name: 'gateway',
    entry: join(runtime.checkout, 'headquarters/gateway/src/main.ts'),
    environment: async () => ({
      ESTATE_FILE: files.estate,
      TRUST_FILE: layout.trustFile,
      SIGNING_KEY_FILE: files.signing,
      COOKIE_KEY_FILE: files.cookie,
      STATE_DIRECTORY: layout.gateway.directory,
      COMPARTMENTS_JSON: JSON.stringify(deps.compartments()),
      RECOVERY_SOCKET: layout.offsite.recovery,
      RECOVERY_SECRET: deps.offsite.recoverySecret,
      PUBLISHER_SOCKET: layout.offsite.publisher,
      PUBLISHER_SECRET: deps.offsite.publisherSecret,
      CONTROL_SOCKET: layout.gateway.controlSocket,
      CONTROL_SECRET: deps.controlSecret,
      LOG_LEVEL: deps.logLevel,
    }),
    owner,
    read: [
      join(runtime.checkout, 'packages'),
      join(runtime.checkout, 'node_modules'),
      join(runtime.checkout, 'headquarters/gateway'),
      layout.published,
      ...Object.values(files),
    ],
    write: [layout.gateway.directory, layout.gateway.sockets],
    memoryMb: MEMORY_MB,
    health: { socket: layout.gateway.controlSocket, secret: deps.controlSecret, path: '/health' },
    graceMs: GRACE_MS,
    restart: 'always',
  };
}

type Files = {
  readonly estate: string;
  readonly signing: string;
  readonly cookie: string;
  readonly certificate?: string;
  readonly key?: string;
};

/** Under a uid of its own the gateway cannot read what root keeps to itself: it gets copies that only it can read. */
async function handOverFiles({ estate, layout, owner, keyFiles }: GatewayDeps): Promise<Files> {
  const { tls } = estate;
  const original = { ...keyFiles, ...(tls ? { certificate: tls.certificateFile, key: tls.keyFile } : {}) };
  if (owner === undefined) return { estate: layout.estateFile, ...original };
  const directory = join(layout.gateway.directory, 'secrets');
  await makeDirectory(directory, { mode: 0o700, owner });
  const signing = await handOverFile(await readFile(original.signing), join(directory, 'signing-key.json'), owner);
  const cookie = await handOverFile(await readFile(original.cookie), join(directory, 'cookie-key'), owner);
  if (!tls) return { estate: layout.estateFile, signing, cookie };
  const certificate = await handOverFile(await readFile(tls.certificateFile), join(directory, 'certificate.pem'), owner);
  const key = await handOverFile(await readFile(tls.keyFile), join(directory, 'tls-key.pem'), owner);
  const own = { ...estate, tls: { certificateFile: certificate, keyFile: key } };
  return {
    estate: await handOverFile(JSON.stringify(own), join(directory, 'estate.json'), owner),
    signing,
    cookie,
    certificate,
    key,
  };
}
