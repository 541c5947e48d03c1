import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type NameHook, type SiteMove, type SiteMoves, siteMoveSchema, siteMovesSchema } from '@bulkhead/contracts';
import { type EstateProcess, findFreePort, startEstateProcess, waitUntil } from '@bulkhead/testkit';
import { Visitor } from '@bulkhead/visitor';
import { callWire } from '@bulkhead/wire';
import { askSite, killHard, noteOf, originOf } from './sites.ts';

/** A sample estate whose leases are short, and how it looks when the stand-in serves it. */
export async function startEstateWithStandIn(
  names?: Pick<NameHook, 'away' | 'home'>,
  settings: Readonly<Record<string, string>> = {},
): Promise<{ readonly estate: EstateProcess; readonly atStandIn: EstateProcess }> {
  const port = await findFreePort();
  const estate = await startEstateProcess({
    BULKHEAD_LEASE_SECONDS: '2',
    BULKHEAD_STAND_IN: JSON.stringify({ port, names }),
    ...settings,
  });
  return { estate, atStandIn: asSeenAt(estate, port) };
}

/** The same estate, at another port. */
export function asSeenAt(estate: EstateProcess, port: number): EstateProcess {
  const moved = (url: string) => {
    const at = new URL(url);
    if (!at.hostname.startsWith('status.')) at.port = String(port);
    return at.href;
  };
  const addresses = estate.description.addresses.map((one) => ({ ...one, url: moved(one.url) }));
  return { ...estate, description: { ...estate.description, addresses } };
}

/** Ends headquarters as a fire would: every process at once, and nothing of its directory stays. Gives where it was put. */
export async function loseHeadquarters(estate: EstateProcess): Promise<string> {
  const { processes } = await askSite(estate, 'headquarters');
  const { supervisor } = await noteOf(estate, 'headquarters');
  for (const pid of [supervisor.pid, ...processes.map((one) => one.pid)]) if (pid !== null) killHard(pid);
  const ashes = join(estate.description.data, 'ashes');
  await rename(join(estate.description.data, 'headquarters'), ashes);
  return ashes;
}

/** Asks for a move as the first operator. */
export async function askForMove(estate: EstateProcess, kind: 'failover' | 'failback'): Promise<SiteMove> {
  const { code, out, err } = await estate.run(kind, '--reason', 'a test', '--json');
  assert.equal(code, 0, out + err);
  return siteMoveSchema.parse(JSON.parse(out));
}

/** Approves it as the second operator, and follows it. */
export async function approveMove(estate: EstateProcess, { id, digest }: SiteMove): Promise<SiteMove> {
  const { code, out, err } = await estate.run('approve', id, '--digest', digest, '--json');
  assert.equal(code, 0, out + err);
  return siteMoveSchema.parse(JSON.parse(out));
}

export async function askMoves(estate: EstateProcess): Promise<SiteMoves> {
  const { secrets } = await noteOf(estate, 'offsite');
  const peer = { socket: join(estate.description.runtime, 'offsite/desk.sock'), secret: secrets.desk };
  return callWire(peer, { method: 'GET', path: '/moves' }, siteMovesSchema);
}

/** Waits as people do until every address answers as it should. Gives the moment of the last answer. */
export async function untilAllAnswer(seen: EstateProcess): Promise<number> {
  const visitor = new Visitor({ address: '127.0.0.1' });
  const wanted = [`${originOf(seen, 'www')}/en/`, `${originOf(seen, 'id')}/sign-in`, `${originOf(seen, 'newsroom')}/`];
  for (const url of wanted) {
    await waitUntil(async () => (await visitor.visit(url).catch(() => undefined))?.status === 200, {
      what: `${url} answers`,
      timeoutMs: 120_000,
    });
  }
  const at = Date.now();
  visitor.leave();
  return at;
}
