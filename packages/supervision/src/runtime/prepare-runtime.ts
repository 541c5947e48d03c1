import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import { isRoot, requireRootPowers } from '../owner/owner.ts';
import { COMPILED_DIRECTORY } from '../process/compiled.ts';
import { copyRuntime } from './copy-runtime.ts';
import { findHidden } from './readable.ts';

/** Where the processes of a site run from. */
export type Runtime = {
  /** Root of the code: the checkout itself, or a copy of it that other users can read. */
  readonly checkout: string;
  /** Absolute path of the Node binary. */
  readonly node: string;
  /** Where root may have compiled the code before. */
  readonly compiled: string;
  /** `uid` when each process gets a user of its own, `api` when all share the supervisor's. */
  readonly boundary: 'api' | 'uid';
};

/**
 * Finds out from where processes under other uids can run the code. When the checkout is hidden from them (a clone
 * below /root, or made with umask 077), what is needed of it is copied once below the data directory.
 * @throws EstateError `config.invalid` if other users cannot reach the data directory either
 */
export async function prepareRuntime(options: {
  readonly checkout: string;
  readonly dataDirectory: string;
  /** For tests: whether processes get uids of their own; by default, whether we are root. */
  readonly switchesUser?: boolean;
}): Promise<Runtime> {
  const { checkout, dataDirectory } = options;
  if (!(options.switchesUser ?? isRoot())) return placed({ checkout, node: process.execPath }, 'api');
  await requireRootPowers();
  await requireReachable(dataDirectory);
  if ((await findHidden([...(await listProbes(checkout)), process.execPath])) === undefined) {
    return placed({ checkout, node: process.execPath }, 'uid');
  }
  return placed(await copyRuntime(checkout, process.execPath, join(dataDirectory, 'runtime')), 'uid');
}

function placed({ checkout, node }: Pick<Runtime, 'checkout' | 'node'>, boundary: Runtime['boundary']): Runtime {
  return { checkout, node, compiled: join(checkout, COMPILED_DIRECTORY), boundary };
}

async function requireReachable(dataDirectory: string): Promise<void> {
  await mkdir(dataDirectory, { recursive: true, mode: 0o711 });
  const hidden = await findHidden([join(dataDirectory, '.')]).then((path) => (path === dataDirectory ? undefined : path));
  if (hidden === undefined) return;
  throw new EstateError(
    'config.invalid',
    `starting as root: processes under other users cannot pass ${hidden} on the way to ${dataDirectory}; choose a data directory such as /var/lib/bulkhead, or run chmod o+x ${hidden}`,
  );
}

/** One file of each kind and place: a checkout is hidden as a whole, by a directory above it or by a umask. */
async function listProbes(checkout: string): Promise<string[]> {
  const packages = await readdir(join(checkout, 'packages'));
  return [
    join(checkout, 'package.json'),
    join(checkout, 'node_modules'),
    join(checkout, 'node_modules/zod/package.json'),
    ...packages.map((name) => join(checkout, 'packages', name, 'package.json')),
  ];
}
