import { readFile } from 'node:fs/promises';
import {
  type Description,
  estateSchema,
  linkSchema,
  type Readmission,
  type Readmitted,
  readmissionsSchema,
  trustSchema,
} from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { filesOfLink, Keyring } from '@bulkhead/link';
import { writeJsonDurably } from '@bulkhead/supervision';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { writeJson } from '#estate/file.ts';
import { linkAnew, trustAnew, trustAtHeadquarters } from '#estate/keys.ts';
import { filesOf } from '#estate/paths.ts';
import { notePlacing, type OffsitePlacing } from '#estate/placing.ts';
import { getRunningEstate, type RunningEstate } from '#estate/run.ts';
import type { Surroundings } from '../command.ts';
import { awaitHeadquarters, type Inviting, type Joined } from './invitation.ts';

const REJOIN_MS = 60_000;
const okSchema = z.object({ ok: z.literal(true) });

type Readmitting = {
  readonly surroundings: Surroundings;
  readonly placing: OffsitePlacing;
  readonly running: RunningEstate;
  readonly keyring: Keyring;
  readonly readmission: Readmission;
  /** Pins of the headquarters that is lost. */
  readonly revoked: Readmitted['revoked'];
};

/**
 * Off-site, while it runs: from here on the headquarters that was is a stranger, and whoever uses the code is headquarters [LK12].
 * @throws EstateError `site.wrong_state` unless two operators have decided it, `estate.not_running`, `site.code_refused`
 */
export async function readmitHeadquarters(surroundings: Surroundings, placing: OffsitePlacing, options: Inviting): Promise<void> {
  const { paths, tell } = surroundings;
  const running = await getRunningEstate(paths);
  const readmission = await getApproved(running);
  const keyring = await Keyring.open(filesOf(paths).offsite.linkDirectory);
  const revoked = [...keyring.peerPins];
  await keyring.forgetPeer();
  await order(running, 'DELETE', '/link');
  let isJoined = false;
  try {
    const readmitting = { surroundings, placing, running, keyring, readmission, revoked };
    await awaitHeadquarters(placing, keyring, {
      ...options,
      tell,
      accept: async (joined) => {
        const description = await admit(readmitting, joined);
        isJoined = true;
        return description;
      },
    });
  } finally {
    if (isJoined) await order(running, 'POST', '/rejoin');
    await order(running, 'PUT', '/link');
  }
}

async function getApproved({ desk }: RunningEstate): Promise<Readmission> {
  const { readmissions } = await callWire(desk, { method: 'GET', path: '/readmissions' }, readmissionsSchema);
  const approved = readmissions.find(({ state }) => state === 'approved');
  if (approved) return approved;
  throw new EstateError(
    'site.wrong_state',
    'inviting headquarters: one has joined. If it lost its keys: "bulkhead site readmit --reason …", which a second operator approves; "bulkhead site rotate" changes the keys of one that stands',
  );
}

/** In the ledger first, then whom to trust, then by which key it is known; the note that it joined is written last. */
async function admit(readmitting: Readmitting, { pin, request }: Joined): Promise<Description> {
  const { surroundings, placing, running, keyring, readmission, revoked } = readmitting;
  const { paths, now } = surroundings;
  const { offsite } = filesOf(paths);
  const { gatewayKey, jobKey, gatewayAddress } = request;
  const standing = trustSchema.parse(JSON.parse(await readFile(offsite.trust, 'utf8')));
  const known = [...standing.gatewayKeys, ...standing.jobKeys];
  if (revoked.includes(pin) || known.some(({ keyId }) => keyId === gatewayKey.keyId || keyId === jobKey.keyId))
    throw new EstateError('site.wrong_state', 'letting a new headquarters in: it shows keys of the one that was given up');
  const body: Readmitted = { revoked, pin, gatewayKey: gatewayKey.keyId, jobKey: jobKey.keyId };
  await callWire(running.desk, { method: 'POST', path: `/readmissions/${readmission.id}/use`, body }, okSchema);
  const trust = trustAnew(standing, { gatewayKeys: [gatewayKey], jobKeys: [jobKey] });
  const link = linkAnew(linkSchema.parse(JSON.parse(await readFile(offsite.link, 'utf8'))));
  const estate = { ...estateSchema.parse(JSON.parse(await readFile(offsite.estate, 'utf8'))), gatewayAddress };
  const description: Description = { estate, trust: trustAtHeadquarters(trust), link };
  await writeJson(offsite.trust, trust, 0o644);
  await writeJson(offsite.link, link, 0o600);
  await writeJson(offsite.estate, estate, 0o644);
  await writeJsonDurably(filesOfLink(offsite.linkDirectory).description, description);
  await keyring.pinPeer(pin);
  await notePlacing(paths, { ...placing, gateway: gatewayAddress, joinedAt: now().toISOString() });
  return { ...description, isReadmission: true };
}

async function order({ offsite }: RunningEstate, method: 'POST' | 'PUT' | 'DELETE', path: string): Promise<void> {
  const body = method === 'DELETE' ? {} : { body: {} };
  await callWire(offsite, { method, path, timeoutMs: REJOIN_MS, ...body }, okSchema);
}
