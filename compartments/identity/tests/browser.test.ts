import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launchChromium, NO_CHROMIUM, runAxe } from '@bulkhead/testkit/chromium';
import type { Browser, CDPSession, Page } from 'playwright-core';
import type { SampleAccount } from '#sample-accounts.ts';
import { bootIdentity, sample, useIdentityCluster } from './booted-identity.ts';
import { openScratchDoor } from './scratch-door.ts';

const door = await openScratchDoor();
const identity = await bootIdentity(await useIdentityCluster(), { port: door.port, rolesToApprove: ['reviewer'] });
door.serve(identity);
let browser: Browser | undefined;
after(() => browser?.close());

/** A window of its own, with an authenticator that has a person at it. One browser serves all tests. */
async function openWindow(): Promise<{ readonly tab: Page; readonly devTools: CDPSession; readonly authenticatorId: string }> {
  browser ??= await launchChromium();
  const context = await browser.newContext({ bypassCSP: false, locale: 'en-GB' });
  const tab = await context.newPage();
  const devTools = await context.newCDPSession(tab);
  await devTools.send('WebAuthn.enable');
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true } as const;
  const { authenticatorId } = await devTools.send('WebAuthn.addVirtualAuthenticator', {
    options: { ...options, isUserVerified: true, automaticPresenceSimulation: true },
  });
  return { tab, devTools, authenticatorId };
}

test('an invited person follows the link of their letter, makes a passkey, signs out, and signs in with it; each page is free of barriers', {
  skip: NO_CHROMIUM,
}, async () => {
  const administrator = await identity.enter(sample('administrator'));
  const page = await identity.ask({ path: '/accounts/new', asker: administrator });
  const fields: Record<string, string> = { displayName: 'Amina Diallo', email: 'amina@example.org', language: 'en' };
  const more = { delegation: 'secretariat', reason: 'For a test.', until: '2026-12-31', endsAt: '2026-12-31' };
  for (const [name, value] of Object.entries(more)) if (page.text.includes(`name="${name}"`)) fields[name] = value;
  const invited = await identity.ask({ path: '/accounts', form: fields, asker: administrator });
  const secret = /<code dir="ltr">([\w-]{32})</.exec(invited.text)?.[1] ?? '';
  const { tab, devTools, authenticatorId } = await openWindow();
  const refused: string[] = [];
  tab.on('console', (message) => message.type() === 'error' && refused.push(message.text()));
  await tab.goto(`${door.url}/set-up?secret=${secret}`);
  await tab.getByRole('button', { name: 'Continue' }).click();
  await tab.getByRole('heading', { name: 'With a passkey' }).waitFor();
  assert.deepEqual(await runAxe(tab), []);
  await tab.getByRole('button', { name: 'Make a passkey' }).click();
  await tab.waitForURL(`${door.url}/?done=set-up`);
  const { credentials } = await devTools.send('WebAuthn.getCredentials', { authenticatorId });
  assert.deepEqual(
    credentials.map(({ rpId, isResidentCredential }) => [rpId, isResidentCredential]),
    [['id.localhost', true]],
  );
  await tab.goto(`${door.url}/security`);
  assert.deepEqual(await runAxe(tab), []);
  await tab.goto(`${door.url}/`);
  await tab.getByRole('button', { name: 'Sign out' }).click();
  await tab.waitForURL(/\/sign-in\?done=signed-out$/);
  assert.deepEqual(await runAxe(tab), []);
  await devTools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await tab.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await tab.getByText('No passkey was used.').waitFor();
  await devTools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
  await tab.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await tab.waitForURL(`${door.url}/`);
  await tab.getByText('Amina Diallo').first().waitFor();
  assert.deepEqual(
    refused.filter((text) => !text.includes('404 (Not Found)')),
    [],
    'the policy of our pages refuses nothing that they need',
  );
});

/** Goes with the Tab key alone to what has this name, from where one is; the one that is reached can be seen to be. */
async function reach(tab: Page, name: string | RegExp): Promise<void> {
  for (let presses = 0; presses < 90; presses += 1) {
    await tab.keyboard.press('Tab');
    const at = await tab.evaluate(() => {
      const active = document.activeElement;
      if (!(active instanceof HTMLElement)) return null;
      const labels =
        'labels' in active && active.labels instanceof NodeList ? [...active.labels].map((one) => one.textContent) : [];
      const label = active.getAttribute('aria-label') ?? (labels.join(' ') || active.textContent);
      const { outlineStyle, boxShadow } = getComputedStyle(active);
      return { label: (label ?? '').trim(), isShown: outlineStyle !== 'none' || boxShadow !== 'none' };
    });
    if (at === null || (typeof name === 'string' ? at.label !== name : !name.test(at.label))) continue;
    assert.ok(at.isShown, `whoever has come to “${at.label}” sees it`);
    return;
  }
  assert.fail(`the Tab key does not come to “${name}” at ${tab.url()}`);
}

async function type(tab: Page, name: string | RegExp, text: string): Promise<void> {
  await reach(tab, name);
  await tab.keyboard.type(text);
}

/** Presses what has this name, and waits for the page that it leads to. */
async function press(tab: Page, name: string | RegExp): Promise<void> {
  await reach(tab, name);
  await Promise.all([tab.waitForEvent('load'), tab.keyboard.press('Enter')]);
}

async function signIn(tab: Page, account: SampleAccount): Promise<void> {
  identity.clock.advanceMs(30_000);
  await tab.goto(`${door.url}/sign-in`);
  await type(tab, 'E-mail address', account.email);
  await type(tab, /^Password/, account.password);
  await type(tab, /^Code/, identity.codeOf(account));
  await press(tab, 'Sign in');
}

test('an administrator of a delegation invites a person, gives roles, asks the Secretariat for one, and removes the person, by keyboard alone', {
  skip: NO_CHROMIUM,
}, async () => {
  const secretariat = await identity.enter(sample('administrator'));
  const { version } = await identity.database.read
    .selectFrom('delegation')
    .select('version')
    .where('id', '=', 'state-ken')
    .executeTakeFirstOrThrow();
  const holds = new URLSearchParams({ version: String(version), reason: 'Agreed.' });
  for (const role of ['identity/delegation-administrator', 'website/editor', 'website/reviewer']) holds.append('holds', role);
  await identity.ask({ path: '/delegations/state-ken/holds', form: holds.toString(), asker: secretariat });

  const { tab } = await openWindow();
  await signIn(tab, sample('delegation'));
  await press(tab, 'Accounts');
  await press(tab, 'New account');
  await type(tab, 'Name', 'Wanjiru Kamau');
  await type(tab, 'E-mail address', 'wanjiru@example.org');
  await press(tab, 'Create account');
  const secret = (await tab.locator('dd code').textContent()) ?? '';
  await press(tab, 'Wanjiru Kamau');
  const account = tab.url();
  assert.match((await tab.locator('.record').textContent()) ?? '', /invited/);
  assert.deepEqual(await runAxe(tab), []);

  const person = await openWindow();
  await person.tab.goto(`${door.url}/set-up?secret=${secret}`);
  await press(person.tab, 'Continue');
  await reach(person.tab, 'Make a passkey');
  await person.tab.keyboard.press('Enter');
  await person.tab.waitForURL(`${door.url}/?done=set-up`);

  await tab.goto(account);
  assert.match((await tab.locator('.record').textContent()) ?? '', /active/);
  const give = async (role: string, told: RegExp) => {
    await type(tab, 'Role', role);
    // Day and month stand in the order of the browser's own language.
    await type(tab, /^Held until/, '12122026');
    await type(tab, /^Reason/, 'Writes for the delegation.');
    await press(tab, 'Give role');
    assert.match((await tab.locator('main').textContent()) ?? '', told);
  };
  await give('Editor', /The role is given\./);
  await give('Reviewer', /The Secretariat has been asked for the role\..*waits for approval/s);
  const rolesOf = async () => {
    const id = new URL(account).pathname.split('/').pop() ?? '';
    const rows = identity.database.read
      .selectFrom('role_grant')
      .select(['role', 'state', 'ends_at'])
      .where('account_id', '=', id);
    return (await rows.orderBy('role').execute()).map(
      ({ role, state, ends_at: end }) => `${role} ${state} ${end.toISOString().slice(0, 10)}`,
    );
  };
  assert.deepEqual(await rolesOf(), ['editor granted 2026-12-12', 'reviewer asked 2026-12-12']);

  const approver = await openWindow();
  await signIn(approver.tab, sample('administrator'));
  await press(approver.tab, 'Roles asked for');
  await type(approver.tab, /^Reason/, 'Agreed by note verbale.');
  assert.deepEqual(await runAxe(approver.tab), []);
  await press(approver.tab, 'Approve');
  assert.deepEqual(await rolesOf(), ['editor granted 2026-12-12', 'reviewer granted 2026-12-12']);

  await tab.goto(account);
  await press(tab, 'Disable this account');
  assert.match(
    (await tab.locator('main').textContent()) ?? '',
    /only the Secretariat gives/,
    'whom it takes the Secretariat to give a role',
  );
  await tab.goto(account);
  await type(tab, /^Reason/, 'Has left.');
  await press(tab, /^End the role Editor/);
  await type(tab, /^Reason/, 'Has left.');
  await press(tab, /^End the role Reviewer/);
  assert.deepEqual(await rolesOf(), []);
  await press(tab, 'Disable this account');
  assert.match((await tab.locator('.record').textContent()) ?? '', /disabled/);
  assert.equal((await person.tab.goto(`${door.url}/`))?.status(), 401, 'the person is out');
});
