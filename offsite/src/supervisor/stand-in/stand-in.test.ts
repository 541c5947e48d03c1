import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Estate, generateSigningKey, type Trust, trustSchema } from '@bulkhead/contracts';
import { hasCode } from '@bulkhead/kernel';
import { temporaryDirectory } from '@bulkhead/testkit';
import type { Layout } from '#supervisor/layout/layout.rules.ts';
import { findHandedOver, handOver } from './hand-over.actions.ts';
import { runNameHook } from './names.actions.ts';
import { layOutStandIn } from './stand-in.rules.ts';
import { readyStandIn } from './stand-in-keys.actions.ts';

const key = (name: string) => generateSigningKey(name).verifying;
const trust: Trust = {
  gatewayKeys: [key('gateway-1')],
  jobKeys: [key('headquarters-jobs-1')],
  orderKeys: [key('orders-1')],
  editionKeys: [key('editions-1')],
  ledgerKeys: [key('ledger-1')],
  operatorKeys: [key('operator:a'), key('operator:b')],
};
const standIn = { listenAddress: '127.0.0.1', port: 8600, tls: null, names: null };
const estate = { port: 8400, listenAddress: '127.0.0.1', tls: null, standIn, compartments: [] } as unknown as Estate;

async function layOut() {
  const root = await temporaryDirectory();
  const layout = { data: join(root, 'data'), sockets: join(root, 'run/offsite'), logs: join(root, 'logs') } as Layout;
  return { layout, place: layOutStandIn(layout) };
}

test('the stand-in has keys of its own, takes nothing that headquarters signs, and a gateway key that was in force once is drawn anew', async () => {
  const { place } = await layOut();
  const given = { estate, trust, enrolled: [], isInCharge: false };
  const first = await readyStandIn(place, given);
  const kept = trustSchema.parse(JSON.parse(await readFile(place.trustFile, 'utf8')));
  assert.deepEqual([kept.gatewayKeys, kept.jobKeys], [[first.gatewayKey], [first.jobKey]]);
  assert.deepEqual(await readyStandIn(place, given), first, 'the same as long as it was not used');
  const whileInCharge = await readyStandIn(place, { ...given, enrolled: [first.gatewayKey], isInCharge: true });
  assert.deepEqual(whileInCharge, first);
  const next = await readyStandIn(place, { ...given, enrolled: [first.gatewayKey] });
  assert.notEqual(next.gatewayKey.publicKey, first.gatewayKey.publicKey);
  assert.deepEqual(next.jobKey, first.jobKey);
});

test('[FO5] only a standby that was promoted is handed over, after all of its user has ended, and once', async () => {
  const { layout, place } = await layOut();
  const jail = join(layout.data, 'standby/website');
  await mkdir(join(jail, 'pg/global'), { recursive: true });
  await mkdir(place.handed, { recursive: true });
  await writeFile(join(jail, 'pg/global/pg_control'), 'a control file');
  const ended: string[] = [];
  const deps = { layout, place, supervision: { stop: async (name: string) => void ended.push(name) } };
  await assert.rejects(handOver(deps, 'website', 'm1-website'), (error) => hasCode(error, 'compartment.wrong_state'));
  await writeFile(join(jail, 'promoting'), '2');
  const handed = await handOver(deps, 'website', 'm1-website');
  assert.deepEqual([ended, handed.bytes], [['standby-website'], 14]);
  assert.deepEqual(await handOver(deps, 'website', 'm1-website'), handed, 'asked again');
  assert.deepEqual(await readdir(jail), ['promoting']);
});

test('[FO5] what a jail left in the place of its cluster is not followed', async () => {
  const { place } = await layOut();
  await mkdir(join(place.handed, 'm1-website'), { recursive: true });
  await symlink('/', join(place.handed, 'm1-website/pg'));
  assert.equal(await findHandedOver(place, 'm1-website'), undefined);
});

test('a hook that moves the names is told what to do, ended when it takes too long, and what it said is told', async () => {
  const program = (text: string): [string, ...string[]] => ['/bin/sh', '-c', text];
  const hook = {
    away: program('echo moved $BULKHEAD_NAMES to $BULKHEAD_TO'),
    home: program('echo no; exit 3'),
    timeoutSeconds: 1,
  };
  const to = { to: 'stand-in', names: ['www.example.org', 'id.example.org'] } as const;
  assert.equal(await runNameHook(null, 'away', to), null);
  assert.match((await runNameHook(hook, 'away', to)) ?? '', /done; it said: moved www.example.org id.example.org to stand-in/);
  assert.match((await runNameHook(hook, 'home', to)) ?? '', /ended with 3; it said: no/);
  assert.match((await runNameHook({ ...hook, away: program('sleep 30') }, 'away', to)) ?? '', /ended after 1 s/);
  assert.match((await runNameHook({ ...hook, away: ['/no/such/program'] }, 'away', to)) ?? '', /could not be started/);
});
