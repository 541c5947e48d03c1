import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFreePort, waitUntil } from '@bulkhead/testkit';

const run = promisify(execFile);
const PROGRAMS = ['ceph', 'ceph-authtool', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin'];
const COMMAND_MS = 120_000;
const ADDRESS = '127.0.0.1';

/** Why there is no Ceph to try against; undefined where there is. */
export const WITHOUT_CEPH = tellMissing();

function tellMissing(): string | undefined {
  const missing = PROGRAMS.filter((name) => !existsSync(`/usr/bin/${name}`));
  return missing.length === 0 ? undefined : `${missing.join(', ')} not installed (Debian: ceph-common ceph-mon ceph-osd radosgw)`;
}

export type CephGateway = {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly version: string;
  readonly close: () => Promise<void>;
};

/**
 * A whole Ceph on the loopback in a directory of its own: one monitor, one store in memory, and the object gateway, which
 * speaks S3 with Object Lock. Ends with `close`.
 */
export async function startCephGateway(): Promise<CephGateway> {
  const directory = await mkdtemp(join(tmpdir(), 'bh-ceph-'));
  const [monitorPort, port] = [await findFreePort(), await findFreePort()];
  const [cluster, store] = [randomUUID(), randomUUID()];
  const at = (name: string) => join(directory, name);
  for (const name of ['mon', 'osd', 'rgw', 'run']) await mkdir(at(name));
  await writeFile(at('ceph.conf'), settingsOf({ directory, cluster, monitorPort }));
  const env = { PATH: '/usr/bin:/bin', CEPH_CONF: at('ceph.conf') };
  const call = async (program: string, ...words: readonly string[]) =>
    (await run(program, words, { env, cwd: directory, timeout: COMMAND_MS })).stdout;
  const started: ChildProcess[] = [];
  const start = (program: string, ...words: readonly string[]) =>
    started.push(spawn(program, [...words, '-f'], { env, cwd: directory, stdio: 'ignore' }));
  const close = async () => {
    await Promise.all(started.toReversed().map(end));
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const keyring = at('keyring');
    await call('ceph-authtool', '--create-keyring', keyring, '--gen-key', '-n', 'mon.', '--cap', 'mon', 'allow *');
    await call('ceph-authtool', keyring, '--gen-key', '-n', 'client.admin', '--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *');
    await call(
      'ceph-authtool',
      keyring,
      '--gen-key',
      '-n',
      'osd.0',
      '--cap',
      'mon',
      'allow profile osd',
      '--cap',
      'osd',
      'allow *',
    );
    const monitor = `[v2:${ADDRESS}:${monitorPort}]`;
    await call('monmaptool', '--create', '--fsid', cluster, '--addv', 'a', monitor, at('monmap'));
    await call('ceph-mon', '--mkfs', '-i', 'a', '--monmap', at('monmap'), '--keyring', keyring);
    start('ceph-mon', '-i', 'a');
    await waitUntil(() => call('ceph', 'osd', 'new', store), { what: 'the monitor answers', timeoutMs: COMMAND_MS });
    await call('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', store);
    start('ceph-osd', '-i', '0');
    await waitUntil(async () => / up /.test(await call('ceph', 'osd', 'tree')), {
      what: 'the store is up',
      timeoutMs: COMMAND_MS,
    });
    const credentials = { accessKeyId: 'VAULT', secretAccessKey: randomUUID() };
    const { accessKeyId, secretAccessKey } = credentials;
    const user = ['--uid=vault', '--display-name=vault', `--access-key=${accessKeyId}`, `--secret-key=${secretAccessKey}`];
    await call('radosgw-admin', 'user', 'create', ...user);
    start('radosgw', '-n', 'client.admin', '--rgw_frontends', `beast endpoint=${ADDRESS}:${port}`, '--rgw_data', at('rgw'));
    const endpoint = `http://${ADDRESS}:${port}`;
    await waitUntil(async () => (await fetch(endpoint)).ok, { what: 'the gateway answers', timeoutMs: COMMAND_MS });
    const version = /version (\S+)/.exec(await call('radosgw', '--version'))?.[1] ?? 'unknown';
    return { endpoint, ...credentials, version, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

function settingsOf({
  directory,
  cluster,
  monitorPort,
}: {
  readonly directory: string;
  readonly cluster: string;
  readonly monitorPort: number;
}): string {
  return `[global]
fsid = ${cluster}
mon host = [v2:${ADDRESS}:${monitorPort}]
ms bind msgr1 = false
public network = 127.0.0.0/8
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
osd objectstore = memstore
memstore device bytes = 1073741824
keyring = ${directory}/keyring
run dir = ${directory}/run
crash dir = ${directory}/run
pid file = ${directory}/run/$name.pid
admin socket = ${directory}/run/$name.asok
log file = ${directory}/run/$name.log
[mon]
mon data = ${directory}/mon
[osd]
osd data = ${directory}/osd
`;
}
