import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import {
  type Blocks,
  LANGUAGES,
  type Order,
  type RecordedRequest,
  type ReplayAnswer,
  replayAnswerSchema,
  type Session,
} from '@bulkhead/contracts';
import { waitUntil } from '@bulkhead/testkit';
import { z } from 'zod';
import { ScratchEstate } from './scratch/estate.ts';

const NONE: Blocks = { sessions: [], accounts: [], addresses: [], routes: [] };
const HTML = { accept: 'text/html', 'accept-language': 'en' };

let estate: ScratchEstate;
before(async () => {
  estate = await ScratchEstate.start();
});
after(() => estate.stop());
beforeEach(async () => {
  await order('open', { blocks: NONE });
  await estate.untilLeased();
});

async function order(state: Order['state'], more: Partial<Order> = {}, compartment = 'website'): Promise<Order> {
  const given = estate.offsite.order(compartment, state, more);
  await waitUntil(() => estate.offsite.applied.some((one) => one.compartment === compartment && one.epoch === given.epoch), {
    what: `the order ${state} is carried out`,
  });
  return given;
}

function read(session: Session, host = 'news', path = '/drafts') {
  return estate.ask(path, { host, session, headers: HTML });
}

function recorded(more: Partial<RecordedRequest> = {}): RecordedRequest {
  return {
    method: 'POST',
    path: '/drafts',
    route: 'draft.save',
    sessionId: null,
    accountId: null,
    address: '192.0.2.7',
    ...more,
  };
}

async function replay(requests: readonly RecordedRequest[], blocks: Partial<Blocks> = {}): Promise<ReplayAnswer['outcomes']> {
  const body = { id: 'r1-before-0', compartment: 'website', blocks: { ...NONE, ...blocks }, requests };
  return (await estate.control('POST', '/replay', replayAnswerSchema, body)).outcomes;
}

test('[G18] a blocked session is used nowhere any more: the person is told why, and the cookie is taken back', async () => {
  const stolen = estate.signIn();
  const honest = estate.signIn({ accountId: 'account-8' });
  assert.equal((await read(stolen)).status, 200);
  await order('open', { blocks: { ...NONE, sessions: [stolen.id] } });
  const seen = estate.website.seen.length + estate.papers.seen.length;
  const refused = await read(stolen);
  assert.equal(refused.status, 401);
  assert.match(refused.text, /We ended your session ourselves/);
  assert.match(String(refused.headers['set-cookie']), /^bulkhead=; .*Max-Age=0/);
  assert.equal((await estate.ask('/drafts', { host: 'news', session: stolen, method: 'POST', body: 'a=1' })).status, 401);
  const json = await estate.ask('/drafts', { host: 'news', session: stolen, headers: { accept: 'application/json' } });
  assert.equal(JSON.parse(json.text).code, 'session.ended');
  assert.equal(estate.website.seen.length + estate.papers.seen.length, seen, 'nothing reaches a compartment');
  assert.equal((await read(honest)).status, 200);
});

test('[G18] sessions of a blocked account that began before have to sign in anew, later ones go on', async () => {
  const before = new Date().toISOString();
  const old = estate.signIn({ startedAt: new Date(Date.parse(before) - 60_000).toISOString() });
  const fresh = estate.signIn({ startedAt: new Date(Date.parse(before) + 1).toISOString() });
  await order('open', { blocks: { ...NONE, accounts: [{ account: 'account-7', before }] } });
  assert.equal((await read(old)).status, 401);
  assert.equal((await read(fresh)).status, 200);
  const public_ = await estate.ask('/search', { session: old });
  assert.equal(public_.status, 200, 'what is open to anybody is open to them too');
  assert.equal(estate.website.last.token.sessionId, null, 'as to somebody who is not signed in');
});

test('[G18] what an order ends at the door is ended at identity too, as soon as that is open', async () => {
  await order('sealed', {}, 'identity');
  const stolen = estate.signIn();
  await order('open', { blocks: { ...NONE, sessions: [stolen.id] } });
  const { length } = estate.identity.endings;
  await order('open', {}, 'identity');
  await waitUntil(() => estate.identity.endings.length > length, { what: 'identity was told' });
  assert.deepEqual(estate.identity.endings.at(-1)?.sessions, [stolen.id]);
  assert.equal(estate.identity.sessions.has(stolen.id), false);
});

test('[G18] a closed route and a blocked address are refused at the compartment of the order, and only there', async () => {
  const session = estate.signIn({ roles: { website: ['editor'], papers: ['editor'] } });
  await order('open', { blocks: { ...NONE, routes: ['draft.list'] } });
  const closed = await read(session);
  assert.equal(closed.status, 503);
  assert.match(closed.text, /This function is closed for now/);
  assert.equal((await estate.ask('/drafts', { host: 'news', session, method: 'POST', body: 'a=1' })).status, 200);
  await order('open', { blocks: { ...NONE, addresses: ['127.0.0.1'] } });
  assert.equal((await read(session)).status, 403);
  assert.equal((await estate.ask('/', { host: 'docs' })).status, 200);
});

test('[G18] why somebody is refused is told in six languages', async () => {
  const session = estate.signIn();
  await order('open', { blocks: { ...NONE, sessions: [session.id], routes: ['draft.save'] } });
  const told = new Set<string>();
  for (const language of LANGUAGES) {
    const ended = await estate.ask(`/drafts?lang=${language}`, { host: 'news', session, headers: { accept: 'text/html' } });
    const closed = await estate.ask(`/drafts?lang=${language}`, {
      host: 'news',
      method: 'POST',
      headers: { accept: 'text/html' },
    });
    assert.deepEqual([ended.status, closed.status], [401, 503]);
    for (const { text } of [ended, closed]) told.add(/gateway-lead">([^<]+)</.exec(text)?.[1] ?? '');
  }
  assert.equal(told.size, 12);
});

test('[G18] blocks outlast a restart of the gateway and orders that say nothing of them, until one lifts them', async () => {
  const stolen = estate.signIn();
  await order('open', { blocks: { ...NONE, sessions: [stolen.id] } });
  await order('read-only');
  assert.equal((await read(stolen)).status, 401);
  await order('open', { blocks: { ...NONE, sessions: [stolen.id] } });
  await estate.stopGateway();
  await estate.offsite.stop();
  await estate.startGateway();
  assert.equal((await read(stolen)).status, 401, 'without off-site, from the signed order on disk');
  await estate.offsite.start();
  await order('open', { blocks: NONE });
  estate.identity.begin(stolen);
  assert.equal((await read(stolen)).status, 200);
});

test('[G19] a recorded attack is held against the door with the coming blocks, though the compartment is sealed; nothing passes, nothing counts', async () => {
  const stolen = estate.signIn();
  const reader = estate.signIn({ roles: {}, accountId: 'account-9' });
  await order('sealed');
  const seen = [estate.website.seen.length, estate.identity.seenIds.length];
  const attack = [
    recorded({ sessionId: stolen.id, accountId: 'account-7' }),
    recorded({ sessionId: reader.id }),
    recorded(),
    recorded({ method: 'GET', path: '/search?q=x' }),
    recorded({ path: '/nowhere' }),
    recorded({ path: '/../etc' }),
  ];
  const verdicts = async (blocks: Partial<Blocks>) => (await replay(attack, blocks)).map(({ verdict }) => verdict);
  assert.deepEqual(await verdicts({}), ['passes', 'refused', 'refused', 'passes', 'refused', 'refused']);
  assert.deepEqual(await verdicts({ sessions: [stolen.id] }), ['refused', 'refused', 'refused', 'passes', 'refused', 'refused']);
  assert.deepEqual((await verdicts({ addresses: ['192.0.2.7'] }))[3], 'refused');
  assert.deepEqual((await verdicts({ routes: ['draft.save'] })).slice(0, 4), ['refused', 'refused', 'refused', 'passes']);
  const before = new Date(Date.now() + 1000).toISOString();
  assert.equal((await verdicts({ accounts: [{ account: 'account-7', before }] }))[0], 'refused');
  assert.deepEqual([estate.website.seen.length, estate.identity.seenIds.length], seen);
  await order('sealed', {}, 'identity');
  assert.deepEqual((await verdicts({})).slice(0, 2), ['unknown', 'unknown'], 'what cannot be asked is no refusal');
  assert.equal((await verdicts({ sessions: [stolen.id] }))[0], 'refused', 'but a blocked session needs no question');
  await order('open', {}, 'identity');
});

test('[G19] the gateway fetches recorded attacks from off-site and answers there', async () => {
  const session = estate.signIn();
  estate.offsite.lay({ id: 'r9-after-0', compartment: 'website', blocks: NONE, requests: [recorded({ sessionId: session.id })] });
  const answer = await waitUntil(() => estate.offsite.replayAnswers.get('r9-after-0'), { what: 'the gateway answered' });
  assert.deepEqual(
    answer.outcomes.map(({ verdict }) => verdict),
    ['passes'],
  );
});

test('[G20] a secret that the supervisor replaced is used at once for what the gateway asks of a compartment', async () => {
  const secret = 'another secret inside of headquarters';
  await estate.control('POST', '/secrets', z.unknown(), { compartment: 'identity', internalSecret: secret });
  estate.identity.secret = secret;
  assert.equal((await read(estate.signIn())).status, 200);
});
