import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Asked } from '@bulkhead/web';
import { manifest } from '#compartment.ts';
import { eventPart } from '#event/event.manifest.ts';
import { letterPart } from '#letter/letter.manifest.ts';
import { passkeyPart } from '#passkey/passkey.manifest.ts';
import { recoveryCodePart } from '#recovery-code/recovery-code.manifest.ts';
import { securityPart } from '#security/security.manifest.ts';
import { signInPart } from '#sign-in/sign-in.manifest.ts';
import { stepUpPart } from '#step-up/step-up.manifest.ts';
import { throttlePart } from '#throttle/throttle.manifest.ts';
import { bootIdentity, sample, useIdentityCluster } from './booted-identity.ts';
import { noteWrites } from './noted-writes.ts';
import { passkeyOptionsOf, SoftwareAuthenticator } from './software-authenticator.ts';

/** The parts of the manifest whose routes this file walks through, each of them. */
const PARTS = [signInPart, stepUpPart, passkeyPart, recoveryCodePart, securityPart, eventPart, letterPart, throttlePart];

const cluster = await useIdentityCluster();
const { admin, database } = await noteWrites(cluster);
const identity = await bootIdentity(cluster, { database });
const written = new Map<string, Set<string>>();

/** Asks, and notes which tables the transactions that the answer names have written. */
async function ask(route: string, asked: Asked): Promise<string> {
  const answer = await identity.ask({ ...asked, claims: { route } });
  await note(route, String(answer.headers['bulkhead-commits'] ?? ''));
  return answer.text;
}
async function note(route: string, commits: string): Promise<void> {
  assert.match(commits, /^\d/, route);
  const rows = await admin.query<{ tab: string }>('select distinct tab from noted where xid = any($1)', [commits.split(',')]);
  written.set(route, new Set([...(written.get(route) ?? []), ...rows.map(({ tab }) => tab)]));
}

test('each route and job of signing in, passkeys, codes and letters writes the tables that the manifest declares for it, no others', async () => {
  const account = sample('administrator');
  const { email, password } = account;
  const asker = await identity.enter(account);
  const authenticator = new SoftwareAuthenticator('http://id.localhost:8400');
  const offer = await identity.ask({ path: '/security/passkeys/new', asker });
  const made = { name: 'One', response: authenticator.make(passkeyOptionsOf(offer.text)) };
  await ask('passkey.add', { path: '/security/passkeys', form: made, asker });
  await ask('passkey.rename', { path: `/security/passkeys/${authenticator.id}/rename`, form: { name: 'Two' }, asker });

  const codes = await ask('recovery-code.make', { path: '/security/recovery-codes', form: '', asker });
  const [first = '', second = ''] = [...codes.matchAll(/<code dir="ltr">([A-Z2-7-]{19})</g)].map(([, code = '']) => code);
  const newBrowser = { headers: { 'bulkhead-browser': 'new' } };
  await ask('sign-in.send', { path: '/sign-in', form: { email, password, code: first }, ...newBrowser });
  identity.clock.advanceMs(30_000);
  await ask('sign-in.send', { path: '/sign-in', form: { email, password, code: identity.codeOf(account) }, ...newBrowser });
  const page = await identity.ask({ path: '/sign-in', headers: { 'bulkhead-browser': 'newer' } });
  const signed = { response: authenticator.sign(passkeyOptionsOf(page.text)) };
  await ask('sign-in.passkey', { path: '/sign-in/passkey', form: signed, headers: { 'bulkhead-browser': 'newer' } });

  await ask('step-up.send', { path: '/sign-in/again', form: { password, code: second }, asker });
  identity.clock.advanceMs(30_000);
  await ask('step-up.send', { path: '/sign-in/again', form: { password, code: identity.codeOf(account) }, asker });
  const again = await identity.ask({ path: '/sign-in/again', asker });
  const response = authenticator.sign(passkeyOptionsOf(again.text));
  await ask('step-up.passkey', { path: '/sign-in/again/passkey', form: { response }, asker });
  const third = await identity.ask({ path: '/sign-in/again', asker });
  const rewound = authenticator.sign(passkeyOptionsOf(third.text), { counter: 1 });
  await ask('step-up.passkey', { path: '/sign-in/again/passkey', form: { response: rewound }, asker });

  const back = await identity.enter(account);
  await ask('event.seen', { path: '/security/seen', form: '', asker: back });
  await ask('letter.test', { path: '/letters/test', form: '', asker: back });
  await ask('passkey.remove', { path: `/security/passkeys/${authenticator.id}/remove`, form: '', asker: back });
  await identity.enter(account);
  const shown = (await identity.ask({ path: '/security/authenticator', asker: back })).text;
  const totpSecret = /<code dir="ltr">([A-Z2-7 ]{39})</.exec(shown)?.[1]?.replaceAll(' ', '') ?? '';
  const ticket = /name="ticket" value="([^"]+)"/.exec(shown)?.[1] ?? '';
  const change = { ticket, code: identity.codeOf({ totpSecret }) };
  await ask('authenticator.change', { path: '/security/authenticator', form: change, asker: back });

  const until = '2026-12-31';
  const fields: Record<string, string> = {
    displayName: 'New',
    email: 'new@sample.invalid',
    language: 'en',
    roles: 'website/editor',
  };
  const form = (await identity.ask({ path: '/accounts/new', asker: back })).text;
  const more = { delegation: 'secretariat', reason: 'For a test.', until, endsAt: until, endsOn: until };
  for (const [name, value] of Object.entries(more)) if (form.includes(`name="${name}"`)) fields[name] = value;
  const invited = await identity.ask({ path: '/accounts', form: fields, asker: back });
  const secret = /<code dir="ltr">([\w-]{32})</.exec(invited.text)?.[1] ?? '';
  const enrolment = await identity.ask({ path: '/set-up', form: { secret } });
  const own = new SoftwareAuthenticator('http://id.localhost:8400');
  const done = { secret, response: own.make(passkeyOptionsOf(enrolment.text)) };
  await ask('set-up.passkey', { path: '/set-up/passkey', form: done });

  for (let at = 0; at < 8; at += 1)
    await identity.ask({
      path: '/sign-in',
      form: { email: 'nobody@sample.invalid', password: 'a guess', code: '1' },
      address: '203.0.113.9',
    });
  const kept = await identity.runJob('attempts.keep');
  await note('job:attempts.keep', String(kept.headers['bulkhead-commits'] ?? ''));
  identity.clock.advanceMs(6 * 86_400_000);
  const sent = await identity.runJob('letters.send');
  await note('job:letters.send', String(sent.headers['bulkhead-commits'] ?? ''));

  const parts = new Set(
    PARTS.flatMap(({ routes = [], jobs = [] }) => [...routes, ...jobs]).flatMap((route) =>
      typeof route === 'object' && route !== null && 'id' in route ? [String(route.id)] : [],
    ),
  );
  const declared = [...manifest.routes, ...manifest.jobs].filter(
    ({ id, writes }) => parts.has(id) && writes.length > 0 && id !== 'job:identity.start',
  );
  assert.deepEqual(
    new Map([...written].map(([route, names]) => [route, [...names].toSorted()])),
    new Map([...written.keys()].map((id) => [id, declared.find((route) => route.id === id)?.writes.toSorted()])),
  );
  assert.deepEqual([...written.keys()].toSorted(), declared.map(({ id }) => id).toSorted());
});
