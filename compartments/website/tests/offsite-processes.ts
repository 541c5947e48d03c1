import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after } from 'node:test';
import {
  type EditionManifest,
  editionManifestSchema,
  generateSigningKey,
  openSigned,
  PURPOSES,
  rowsRequestSchema,
  signedSchema,
  type VerifyingKey,
} from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { Admin } from '@bulkhead/postgres';
import { compiledModules, temporaryDirectory, waitUntil } from '@bulkhead/testkit';
import { callWire, listenOnSocket, openWire } from '@bulkhead/wire';
import { z } from 'zod';
import { estate } from './booted-website.ts';

const CHECKOUT = new URL('../../../', import.meta.url).pathname;
const compiled = await compiledModules();
const SECRET = 'what processes of a test estate present to each other';
const edition = generateSigningKey('edition-test');
const ledger = generateSigningKey('ledger-test');

/** The real publisher and ledger as processes, and what the gateway would ask of them. */
export type Offsite = {
  /** The latest edition with a number above `after`, its signature verified. */
  readonly waitForEdition: (after: number) => Promise<EditionManifest>;
  readonly latest: () => Promise<number>;
  readonly readPage: (manifest: EditionManifest, path: string) => Promise<{ readonly status: number; readonly text: string }>;
  readonly readBytes: (sha256: string) => Promise<Buffer>;
  /** Renders what the rows are now, publishing nothing; resolves with the code of a refusal, or null. */
  readonly tryRendering: () => Promise<string | null>;
  /** What recovery tells the publisher after a copy that two operators approved went live. */
  readonly resumeAfterRecovery: (mayVanish: readonly string[]) => Promise<void>;
  /** Findings that the publisher told recovery of. */
  readonly findings: { readonly rule: string; readonly summary: string }[];
  /** Kills the publisher with -9 and starts it again. */
  readonly killAndStart: () => Promise<void>;
};

export async function startOffsite(given: {
  readonly gatewayKeys: readonly VerifyingKey[];
  readonly admin: Admin;
  readonly vault: { readonly socket: string; readonly offsiteSecret: string };
}): Promise<Offsite> {
  const directory = await temporaryDirectory();
  const at = (name: string) => join(directory, name);
  await mkdir(at('ledger'));
  const anyKey = [generateSigningKey('operator:one').verifying, generateSigningKey('operator:two').verifying];
  const trust = {
    gatewayKeys: given.gatewayKeys,
    jobKeys: anyKey,
    orderKeys: anyKey,
    operatorKeys: anyKey,
    editionKeys: [edition.verifying],
    ledgerKeys: [ledger.verifying],
  };
  await writeFile(at('estate.json'), JSON.stringify(estate));
  await writeFile(at('trust.json'), JSON.stringify(trust));
  await writeFile(at('edition-key.json'), JSON.stringify(edition.signing));
  await writeFile(at('ledger-key.json'), JSON.stringify(ledger.signing));
  const findings: { readonly rule: string; readonly summary: string }[] = [];
  await serveRows(at('jail.sock'), given.admin);
  await serveFindings(at('findings.sock'), findings);
  const common = {
    TRUST_FILE: at('trust.json'),
    FINDINGS_SOCKET: at('findings.sock'),
    FINDINGS_SECRET: SECRET,
    LOG_LEVEL: 'fatal',
    BULKHEAD_SUPERVISED: '1',
  };
  startProcess('offsite/src/ledger/main.ts', directory, {
    ...common,
    DIRECTORY: at('ledger'),
    SOCKET: at('ledger.sock'),
    SECRETS_JSON: JSON.stringify({ publisher: SECRET }),
    SIGNING_KEY_FILE: at('ledger-key.json'),
  });
  await untilHealthy(at('ledger.sock'));
  const startPublisher = () =>
    startProcess('offsite/src/publisher/main.ts', directory, {
      ...common,
      ESTATE_FILE: at('estate.json'),
      SIGNING_KEY_FILE: at('edition-key.json'),
      DIRECTORY: at('publisher'),
      HQ_SOCKET: at('hq.sock'),
      HQ_SECRET: SECRET,
      CONTROL_SOCKET: at('control.sock'),
      CONTROL_SECRET: SECRET,
      LEDGER_SOCKET: at('ledger.sock'),
      LEDGER_SECRET: SECRET,
      VAULT_SOCKET: given.vault.socket,
      VAULT_SECRET: given.vault.offsiteSecret,
      JAILS_JSON: JSON.stringify({ website: { socket: at('jail.sock'), secret: SECRET } }),
      CHECKOUT,
    });
  let publisher = startPublisher();
  await untilHealthy(at('hq.sock'));
  const hq = { socket: at('hq.sock'), secret: SECRET };
  const ask = async (number: number, timeoutMs: number) => {
    const path = `/editions/website/latest?after=${number}`;
    const signed = await callWire(hq, { method: 'GET', path, timeoutMs }, signedSchema.optional());
    if (!signed) return undefined;
    return openSigned(signed, { purpose: PURPOSES.edition, keys: [edition.verifying], schema: editionManifestSchema }).value;
  };
  const readBytes = async (sha256: string) => {
    const { body } = await openWire(hq, { method: 'GET', path: `/editions/website/files/${sha256}` });
    return Buffer.concat(await body.toArray());
  };
  return {
    findings,
    readBytes,
    waitForEdition: (number) =>
      waitUntil(() => ask(number, 30_000), { what: `edition ${number + 1} is published`, timeoutMs: 60_000 }),
    latest: async () => {
      const control = { socket: at('control.sock'), secret: SECRET };
      const told = await callWire(
        control,
        { method: 'GET', path: '/editions/website' },
        z.object({ number: z.number().nullable() }),
      );
      return told.number ?? 0;
    },
    readPage: async (manifest, path) => {
      const file = manifest.files.find((each) => each.path === path);
      if (!file) return { status: 404, text: '' };
      return { status: file.status, text: (await readBytes(file.sha256)).toString('utf8') };
    },
    tryRendering: async () => {
      const control = { socket: at('control.sock'), secret: SECRET };
      const body = { jail: { socket: at('jail.sock'), secret: SECRET } };
      try {
        await callWire(control, { method: 'POST', path: '/render/website', body, timeoutMs: 60_000 }, z.unknown());
        return null;
      } catch (error) {
        if (error instanceof EstateError && error.cause instanceof EstateError) return error.cause.code;
        throw error;
      }
    },
    resumeAfterRecovery: async (mayVanish) => {
      const control = { socket: at('control.sock'), secret: SECRET };
      const path = '/editions/website/resume';
      await callWire(control, { method: 'POST', path, body: { mayVanish } }, z.unknown());
    },
    killAndStart: async () => {
      await publisher.kill();
      publisher = startPublisher();
      await untilHealthy(at('hq.sock'));
    },
  };
}

/** Plays the standby: answers with the rows of the primary, as the standby would with its copy of them. */
async function serveRows(socket: string, admin: Admin): Promise<void> {
  const server = createServer((request, response) => {
    answer().catch(() => response.writeHead(500).end());
    async function answer(): Promise<void> {
      const [lsn = ''] = await readTexts(admin, 'select pg_current_wal_lsn()::text as text');
      if (request.url?.startsWith('/position'))
        return void response.end(JSON.stringify({ replayLsn: lsn, receivedLsn: null, isInRecovery: true, lastCommitAt: null }));
      const { tables } = rowsRequestSchema.parse(JSON.parse(Buffer.concat(await request.toArray()).toString('utf8')));
      const lines = [JSON.stringify({ lsn })];
      for (const table of tables)
        for (const row of await readTexts(admin, `select row_to_json(t)::text as text from ${table} t order by t::text`))
          lines.push(`{"table":"${table}","row":${row}}`);
      lines.push(JSON.stringify({ end: true, rows: lines.length - 1 }));
      response.end(lines.map((line) => `${line}\n`).join(''));
    }
  });
  await serve(server, socket);
}

async function readTexts(admin: Admin, sql: string): Promise<string[]> {
  return z
    .array(z.object({ text: z.string() }))
    .parse(await admin.query(sql))
    .map((row) => row.text);
}

async function serveFindings(socket: string, findings: { readonly rule: string; readonly summary: string }[]): Promise<void> {
  const server = createServer((request, response) => {
    request.toArray().then(
      (chunks) => {
        findings.push(
          z.object({ rule: z.string(), summary: z.string() }).parse(JSON.parse(Buffer.concat(chunks).toString('utf8'))),
        );
        response.end('{}');
      },
      () => response.writeHead(500).end(),
    );
  });
  await serve(server, socket);
}

async function serve(server: ReturnType<typeof createServer>, socket: string): Promise<void> {
  await listenOnSocket(server, socket);
  after(() => {
    server.close();
    server.closeAllConnections();
  });
}

function startProcess(
  entry: string,
  directory: string,
  environment: Record<string, string>,
): { readonly kill: () => Promise<void> } {
  const limits = [
    '--permission',
    `--allow-fs-read=${CHECKOUT}`,
    `--allow-fs-read=${directory}`,
    `--allow-fs-write=${directory}`,
    '--allow-child-process',
    '--disallow-code-generation-from-strings',
  ];
  const child = spawn(process.execPath, [...limits, ...compiled.flags, join(CHECKOUT, entry)], {
    env: { ...environment, ...compiled.environment },
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const ended = once(child, 'exit');
  after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function untilHealthy(socket: string): Promise<void> {
  await waitUntil(
    () => callWire({ socket, secret: SECRET }, { method: 'GET', path: '/health' }, z.object({ ok: z.literal(true) })),
    {
      what: `${socket} answers`,
    },
  );
}
