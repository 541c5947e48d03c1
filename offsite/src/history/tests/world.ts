import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Change, generateSigningKey, mintToken, type TokenClaims, type TransactionSummary } from '@bulkhead/contracts';
import { createLog, sleepMs } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import { Headquarters, makePlace, READER_SECRET, ReceiverProcess } from '#receiver/tests/headquarters.ts';
import { JailProcess } from '#standby/tests/jail.ts';
import { Chronicle } from '../chronicle.actions.ts';

export const GATEWAY = generateSigningKey('gateway-1');
export const JOBS = generateSigningKey('job-1');
export const ORDERS = generateSigningKey('order-1');

export type Seen = { readonly transaction: TransactionSummary; readonly changes: readonly Change[] };
export type Finding = { readonly rule: string; readonly summary: string; readonly evidence: Readonly<Record<string, string>> };

/** A primary at headquarters, the receiver and a standby, all real. */
export async function makeWorld() {
  const place = await makePlace();
  const headquarters = new Headquarters(place.root);
  const receiver = new ReceiverProcess(place.root, headquarters.socketDirectory);
  const standby = new JailProcess(place.root, receiver, 'standby', 'standby');
  const chronicles: { readonly close: () => Promise<void> }[] = [];
  return {
    place,
    headquarters,
    receiver,
    standby,
    /** Up to a standby that follows. */
    async start(): Promise<void> {
      await headquarters.create();
      await headquarters.run('site', ['alter table note replica identity full']);
      await receiver.start();
      await receiver.until((status) => status.state === 'streaming', 'it streams');
      await headquarters.protect();
      await headquarters.run('postgres', ['select pg_log_standby_snapshot()']);
      await standby.start();
      await standby.until('ready');
    },
    openChronicle(directory: string, jail: WirePeer = standby.peer) {
      const seen: Seen[] = [];
      const findings: Finding[] = [];
      const chronicle = new Chronicle({
        compartment: 'site',
        directory,
        jail,
        receiver: { socket: receiver.peer.socket, secret: READER_SECRET },
        keys: { gatewayKeys: [GATEWAY.verifying], jobKeys: [JOBS.verifying], orderKeys: [ORDERS.verifying] },
        onTransaction: (transaction, changes) => void seen.push({ transaction, changes: [...changes] }),
        raise: (finding) => void findings.push(finding),
        isPlanning: () => false,
        now: () => new Date(),
        monotonicMs: () => performance.now(),
        log: createLog('history', (process.env['TEST_LOG_LEVEL'] as 'info' | undefined) ?? 'silent'),
      });
      let isClosed = false;
      const close = async () => {
        if (!isClosed) await chronicle.close();
        isClosed = true;
      };
      chronicles.push({ close });
      return {
        chronicle,
        seen,
        findings,
        close,
        reader: chronicle.index.reader,
        /** All rows of a table of the index, in order. */
        rows: (table: string): unknown[] => {
          const db = new DatabaseSync(join(directory, 'index/site/index.sqlite'), { readOnly: true });
          const rows = db.prepare(`select * from ${table} order by 1, 2, 3`).all();
          db.close();
          return rows;
        },
      };
    },
    async stop(): Promise<void> {
      for (const { close } of chronicles) await close();
      await standby.kill();
      await receiver.kill();
      await headquarters.kill();
      await place.remove();
    },
  };
}

/** A directory of its own, removed with the process. */
export function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'bhh-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function mint(claims: Partial<TokenClaims> = {}, options: { readonly key?: typeof GATEWAY; readonly at?: Date } = {}) {
  const whole: TokenClaims = {
    requestId: `request-${Math.random().toString(16).slice(2, 12)}`,
    compartment: 'site',
    accountId: 'account-1',
    sessionId: 'session-1',
    displayName: null,
    delegation: null,
    roles: [],
    address: '192.0.2.7',
    method: 'POST',
    path: '/notes',
    bodySha256: null,
    route: 'note.save',
    ...claims,
  };
  return mintToken((options.key ?? GATEWAY).signing, whole, () => options.at ?? new Date());
}

/** Statements in one transaction that carries tokens. */
export async function commit(
  headquarters: Headquarters,
  tokens: readonly string[],
  statements: readonly string[],
): Promise<void> {
  await headquarters.run('site', [
    'begin',
    ...tokens.map((token) => `select pg_logical_emit_message(true, 'bulkhead.token', '${token}')`),
    ...statements,
    'commit',
  ]);
}

export async function until(check: () => boolean | Promise<boolean>, what: string, timeoutMs = 120_000): Promise<void> {
  for (const endMs = performance.now() + timeoutMs; performance.now() < endMs; ) {
    if (await check()) return;
    await sleepMs(25);
  }
  throw new Error(`waiting until ${what}`);
}
