import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { after } from 'node:test';
import {
  type Evidence,
  editionManifestSchema,
  generateSigningKey,
  mintToken,
  openSigned,
  PURPOSES,
  type RenderedFile,
  type Signed,
  type TokenClaims,
} from '@bulkhead/contracts';
import { createLog, FakeClock, sha256Hex } from '@bulkhead/kernel';
import { temporaryDirectory } from '@bulkhead/testkit';
import { callWire, listenOnSocket, serveWire } from '@bulkhead/wire';
import { z } from 'zod';
import type { Seen } from '#finding/finding-queue.actions.ts';
import { type Ledger, openLedger } from '#ledger/ledger.actions.ts';
import { createLedgerApp } from '#ledger/ledger.routes.ts';
import { VaultSecrets } from '#vault/secrets.actions.ts';
import { openDiskTarget } from '#vault/target/disk.actions.ts';
import { openVault, type Vault } from '#vault/vault.actions.ts';
import { createVaultApp } from '#vault/vault.routes.ts';
import { EvidenceCheck } from '../evidence.rules.ts';
import { findHighestNumber } from '../highest-number.actions.ts';
import { Press, type PressDeps } from '../press.actions.ts';
import { Shelf } from '../shelf.actions.ts';

export const log = createLog('publisher', 'silent');
export const SECRET = 'what processes of a test estate present to each other';
export const ORIGIN = 'http://www.localhost:8400';
export const gateway = generateSigningKey('gateway-test');
export const job = generateSigningKey('job-test');
export const edition = generateSigningKey('edition-test');
export const ledgerKey = generateSigningKey('ledger-test');
export const clock = new FakeClock(new Date('2026-03-02T09:00:00.000Z'));
export const approvals = { publish: ['article.submit', 'article.approve'], withdraw: ['article.withdraw'] };

// A renderer that writes what its rows say, less what names erased contents: so that a test can make it write anything.
const ECHO = `
import { createInterface } from 'node:readline';
const paths = new Set();
let changed = new Map();
let erased;
for await (const line of createInterface({ input: process.stdin })) {
  const given = JSON.parse(line);
  erased ??= given.erased;
  if (!given.row?.stubborn && erased.includes(given.row?.body?.blob)) continue;
  if (given.round) {
    for (const [path, file] of changed) process.stdout.write(JSON.stringify(file ?? { gone: path }) + '\\n');
    changed = new Map();
    process.stdout.write(JSON.stringify({ round: given.round, files: paths.size, nextAt: null }) + '\\n');
  }
  if (given.table === 'file' && given.gone) paths.delete(given.row.path), changed.set(given.row.path, null);
  else if (given.table === 'file' && changed.get(given.row.path)) process.stdout.write(JSON.stringify(given.row) + '\\n');
  else if (given.table === 'file') paths.add(given.row.path), changed.set(given.row.path, given.row);
  if (given.table === 'raw') process.stdout.write(given.row.text);
  if (given.table === 'run') await import('data:text/javascript,' + encodeURIComponent(given.row.code));
}
`;

export function toPage(path: string, words: string, more: Partial<RenderedFile> = {}): RenderedFile {
  const html = `<!doctype html>\n<html lang="en"><head><title>x</title></head><body><p>${words}</p></body></html>`;
  return {
    path,
    status: 200,
    language: 'en',
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-language': 'en' },
    body: { base64: Buffer.from(html).toString('base64') },
    evidence: [],
    ...more,
  };
}

export function toRow(file: RenderedFile) {
  return { table: 'file', row: { ...file } };
}

/** A token of a decision; honest unless told otherwise. */
export function decide(
  route: string,
  accountId: string | null,
  digest: string,
  more: Partial<TokenClaims> & { readonly key?: typeof gateway } = {},
): Promise<string> {
  const { key = gateway, ...claims } = more;
  const honest: TokenClaims = {
    requestId: `request-${route}-${accountId}`,
    compartment: 'website',
    accountId,
    sessionId: 'session-0000000001',
    displayName: null,
    delegation: null,
    roles: [],
    address: '192.0.2.1',
    method: 'POST',
    path: `/articles/1/versions/1/${route.split('.')[1]}/${digest}`,
    bodySha256: null,
    route,
  };
  return mintToken(key.signing, { ...honest, ...claims }, clock.now);
}

export async function approvedBy(first: string | null, second: string | null, digest = sha256Hex('content')): Promise<Evidence> {
  const tokens = [await decide('article.submit', first, digest), await decide('article.approve', second, digest)];
  return { what: 'article 1, version 1', digest, tokens };
}

/** A standby as the publisher sees it; the test says what it answers. */
export class ScratchJail {
  readonly socket: string;
  readonly secret = SECRET;
  rows: readonly { readonly table: string; readonly row: object }[] = [];
  /** Answered to POST /rows in place of the rows. */
  raw: string | undefined;
  lsn = 1;
  asked = 0;
  /** Whether a question for more than a position waits until there is more, as a standby lets it. */
  holdsPositions = false;
  #held: (() => void)[] = [];
  #server: Server;

  constructor(socket: string) {
    this.socket = socket;
    this.#server = createServer((request, response) => {
      if (request.url?.startsWith('/position')) return this.#answerPosition(request.url, response);
      this.asked += 1;
      response.end(this.raw ?? this.whole());
    });
  }

  whole(): string {
    const lines = [{ lsn: this.#lsnText() }, ...this.rows, { end: true, rows: this.rows.length }];
    return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  }

  /** Says other rows from now on. */
  tell(...files: readonly RenderedFile[]): void {
    this.rows = files.map(toRow);
    this.raw = undefined;
    this.lsn += 1;
    for (const answer of this.#held.splice(0)) answer();
  }

  async open(): Promise<void> {
    await listenOnSocket(this.#server, this.socket);
    after(() => {
      this.#server.close();
      this.#server.closeAllConnections();
    });
  }

  #lsnText(): string {
    return `0/${this.lsn.toString(16).toUpperCase()}`;
  }

  #answerPosition(url: string, response: ServerResponse): void {
    const answer = () => response.end(JSON.stringify(this.#position()));
    if (this.holdsPositions && url.endsWith(`after=${this.#lsnText()}`)) this.#held.push(answer);
    else answer();
  }

  #position() {
    return { replayLsn: this.#lsnText(), receivedLsn: null, isInRecovery: true, lastCommitAt: null };
  }
}

export type Bench = {
  readonly directory: string;
  readonly jail: ScratchJail;
  readonly ledger: Ledger;
  readonly findings: Seen[];
  /** Pages with foreign content that were told of. */
  readonly foreign: Seen[];
  readonly press: Press;
  /** Another press on the same disk, as after a restart. */
  readonly again: (change?: Partial<PressDeps>) => Press;
  readonly deps: PressDeps;
};

/** A press with a real ledger and shelf, and a renderer that echoes. */
export async function setUp(change: Partial<PressDeps> = {}): Promise<Bench> {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, 'code/website/src'), { recursive: true });
  await writeFile(join(directory, 'code/website/src/edition.ts'), ECHO);
  await writeFile(join(directory, 'code/package.json'), '{"type":"module"}');
  const findings: Seen[] = [];
  const foreign: Seen[] = [];
  const keys = [ledgerKey.verifying];
  const ledger = await openLedger({
    directory: join(directory, 'ledger'),
    signingKey: ledgerKey.signing,
    keys,
    now: clock.now,
    log,
    raise: () => {},
  });
  const ledgerSocket = join(directory, 'ledger.sock');
  const peer = { socket: ledgerSocket, secret: SECRET };
  const app = createLedgerApp({ ready: Promise.resolve(ledger), secrets: { publisher: SECRET }, log });
  const server = await serveWire({ app, socket: ledgerSocket });
  after(async () => {
    await server.close();
    await ledger.close();
  });
  const jail = new ScratchJail(join(directory, 'jail.sock'));
  await jail.open();
  const deps: PressDeps = {
    compartment: 'website',
    tables: ['file', 'raw', 'run'],
    checkout: join(directory, 'code'),
    directory: 'website',
    request: { publicOrigin: ORIGIN, organisation: 'Sample', isSample: true },
    jail,
    shelf: newShelf(directory),
    assembly: {
      publicOrigin: ORIGIN,
      evidence: new EvidenceCheck({ compartment: 'website', approvals, keys: [gateway.verifying] }),
      vault: { socket: join(directory, 'vault.sock'), secret: SECRET },
      watch: { ownHosts: new Set(['www.localhost']), raise: (seen) => foreign.push(seen) },
    },
    signingKey: edition.signing,
    record: (entry) => callWire(peer, { method: 'POST', path: '/entries', body: entry }, z.unknown()),
    findHighest: () => findHighestNumber(peer, keys, 'website'),
    raise: (seen) => findings.push(seen),
    now: clock.now,
    log,
    ...change,
  };
  const presses: Press[] = [];
  after(() => Promise.all(presses.map((press) => press.close())));
  const open = (given: PressDeps) => {
    const press = new Press(given);
    presses.push(press);
    return press;
  };
  return {
    directory,
    jail,
    ledger,
    findings,
    foreign,
    deps,
    press: open(deps),
    again: (more) => open({ ...deps, shelf: newShelf(directory), ...more }),
  };
}

/** A vault where the press looks for it. */
export async function openBareVault({ directory, deps }: Bench): Promise<Vault> {
  const place = join(directory, 'vault');
  const vault = await openVault({
    directory: place,
    target: openDiskTarget(place),
    quotas: { website: 1e9 },
    recipients: [],
    now: clock.now,
    elapsedMs: () => 0,
    raise: () => {},
  });
  const app = createVaultApp({
    vault,
    secrets: await VaultSecrets.open(place, {}),
    offsiteSecret: SECRET,
    raise: () => {},
    log,
  });
  const server = await serveWire({ app, socket: deps.assembly.vault.socket });
  after(async () => {
    await server.close();
    await vault.close();
  });
  return vault;
}

export function newShelf(directory: string): Shelf {
  return new Shelf({ directory: join(directory, 'shelf'), compartment: 'website', keys: [edition.verifying] });
}

/** An edition as a gateway reads it. */
export function openEdition(signed: Signed) {
  return openSigned(signed, { purpose: PURPOSES.edition, keys: [edition.verifying], schema: editionManifestSchema }).value;
}
