import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { siteStatusSchema } from '@bulkhead/contracts';
import { sleepMs } from '@bulkhead/kernel';
import { findFreePort, startEstateProcess, waitUntil } from '@bulkhead/testkit';
import { Visitor } from '@bulkhead/visitor';
import { z } from 'zod';
import { listChildren, readCpuSeconds } from './cpu.ts';
import { loadPage } from './load.ts';
import { makeRow, median, type Row } from './row.ts';

const NGINX = ['/usr/sbin/nginx', '/usr/bin/nginx'].find((path) => existsSync(path));
const ROUNDS = 5;
const SECONDS = 2;
const CONNECTIONS = 16;

/** Edition pages per processor-second of the server, beside nginx serving the same bytes from a file. */
export async function measureEditions(): Promise<readonly Row[]> {
  const estate = await startEstateProcess();
  try {
    const url = new URL(
      estate.description.addresses.find(({ url: address }) => new URL(address).hostname.startsWith('www.'))?.url ?? '',
    );
    const visitor = new Visitor({ address: '127.0.0.1' });
    const page = await visitor.visit(`${url.origin}/en/`);
    visitor.leave();
    const { out } = await estate.run('status', '--json');
    const { headquarters } = z.object({ headquarters: siteStatusSchema }).parse(JSON.parse(out));
    const gateway = headquarters.processes.find(({ name }) => name === 'gateway')?.pid;
    if (!gateway) throw new Error('the gateway shows no process id');
    return await measurePages(url, gateway, [{ name: 'edition page', path: '/en/', body: page.body }]);
  } finally {
    await estate.remove();
  }
}

/** Pages of an edition, each beside nginx with the same bytes. */
export async function measurePages(
  url: URL,
  gateway: number,
  pages: readonly { readonly name: string; readonly path: string; readonly body: Buffer }[],
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { name, path, body } of pages) {
    const ours = { port: Number(url.port), host: url.host, path, pids: () => [gateway] };
    const nginx = NGINX ? await startNginx(body) : undefined;
    try {
      const [gatewayFigures = [], nginxFigures = []] = await rounds(nginx ? [ours, nginx] : [ours]);
      const beside = NGINX ? { name: 'nginx', version: nginxVersion(NGINX), value: median(nginxFigures) } : null;
      rows.push(row(name, body.length, median(gatewayFigures), beside));
    } finally {
      await nginx?.stop();
    }
  }
  return rows;
}

function row(name: string, bytes: number, ours: number, beside: Row['beside']): Row {
  const goal = { text: '≥ 0.35 of nginx', isMet: (ratio: number) => ratio >= 0.35 };
  return makeRow({
    work: `${name} of ${(bytes / 1024).toFixed(1)} kB`,
    unit: 'requests per CPU-second',
    ours,
    beside,
    goal,
  });
}

type Server = { readonly port: number; readonly host: string; readonly path: string; readonly pids: () => readonly number[] };

/** Loads the servers in turn, so that a drift of the machine meets all of them. */
async function rounds(servers: readonly Server[]): Promise<number[][]> {
  const figures: number[][] = servers.map(() => []);
  for (const server of servers) await loadPage({ ...server, connections: CONNECTIONS, seconds: 1 });
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, server] of servers.entries()) {
      const before = cpuOf(server);
      const { requests } = await loadPage({ ...server, connections: CONNECTIONS, seconds: SECONDS });
      await sleepMs(20);
      figures[at]?.push(requests / (cpuOf(server) - before));
    }
  }
  return figures;
}

function cpuOf(server: Server): number {
  return server.pids().reduce((sum, pid) => sum + readCpuSeconds(pid), 0);
}

async function startNginx(body: Buffer): Promise<Server & { readonly stop: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'bhn-'));
  await chmod(directory, 0o755);
  const port = await findFreePort();
  await writeFile(join(directory, 'page.html'), body);
  await chmod(join(directory, 'page.html'), 0o644);
  const configuration = `
    daemon off; worker_processes 1; pid ${directory}/nginx.pid; error_log ${directory}/error.log;
    events { worker_connections 256; }
    http {
      access_log off; default_type text/html; sendfile on; keepalive_requests 1000000;
      client_body_temp_path ${directory}/b; proxy_temp_path ${directory}/p; fastcgi_temp_path ${directory}/f; uwsgi_temp_path ${directory}/u; scgi_temp_path ${directory}/s;
      server { listen 127.0.0.1:${port}; root ${directory}; }
    }`;
  await writeFile(join(directory, 'nginx.conf'), configuration);
  const child: ChildProcess = spawn(NGINX ?? '', ['-c', join(directory, 'nginx.conf'), '-p', directory], { stdio: 'ignore' });
  const master = child.pid ?? 0;
  await waitUntil(
    async () =>
      listChildren(master).length > 0 &&
      (await loadPage({ port, host: '127.0.0.1', path: '/page.html', connections: 1, seconds: 0 })).requests > 0,
    { what: 'nginx to answer' },
  );
  return {
    port,
    host: '127.0.0.1',
    path: '/page.html',
    pids: () => listChildren(master),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function nginxVersion(nginx: string): string {
  const told = execFileSync('sh', ['-c', `${nginx} -v 2>&1`], { encoding: 'utf8' });
  return /nginx\/(\S+)/.exec(told)?.[1] ?? 'unknown';
}
