import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { chromium, type Page } from 'playwright-core';
import { bootIdentity, sample, useIdentityCluster } from './booted-identity.ts';
import { openScratchDoor } from './scratch-door.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const door = await openScratchDoor();
const identity = await bootIdentity(await useIdentityCluster(), { port: door.port });
door.serve(identity);

/** What axe finds against WCAG 2.2 AA. Our policy lets no script of others in; the test goes round it. */
async function listBarriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: (options: object) => Promise<{ violations: { id: string }[] }> } };
    const { violations } = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
    return violations.map(({ id }) => id);
  });
}

test('an invited person follows the link of their letter, makes a passkey, signs out, and signs in with it; each page is free of barriers', {
  skip: CHROMIUM ? false : 'there is no Chromium on this machine',
}, async () => {
  const administrator = await identity.enter(sample('administrator'));
  const page = await identity.ask({ path: '/accounts/new', asker: administrator });
  const fields: Record<string, string> = { displayName: 'Amina Diallo', email: 'amina@example.org', language: 'en' };
  const more = { delegation: 'secretariat', reason: 'For a test.', until: '2026-12-31', endsAt: '2026-12-31' };
  for (const [name, value] of Object.entries(more)) if (page.text.includes(`name="${name}"`)) fields[name] = value;
  const invited = await identity.ask({ path: '/accounts', form: fields, asker: administrator });
  const secret = /<code dir="ltr">([\w-]{32})</.exec(invited.text)?.[1] ?? '';
  const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
  const browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: flags });
  try {
    const context = await browser.newContext({ bypassCSP: false });
    const tab = await context.newPage();
    const refused: string[] = [];
    tab.on('console', (message) => message.type() === 'error' && refused.push(message.text()));
    const devTools = await context.newCDPSession(tab);
    await devTools.send('WebAuthn.enable');
    const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true } as const;
    const { authenticatorId } = await devTools.send('WebAuthn.addVirtualAuthenticator', {
      options: { ...options, isUserVerified: true, automaticPresenceSimulation: true },
    });
    await tab.goto(`${door.url}/set-up?secret=${secret}`);
    await tab.getByRole('button', { name: 'Continue' }).click();
    await tab.getByRole('heading', { name: 'With a passkey' }).waitFor();
    assert.deepEqual(await listBarriers(tab), []);
    await tab.getByRole('button', { name: 'Make a passkey' }).click();
    await tab.waitForURL(`${door.url}/?done=set-up`);
    const { credentials } = await devTools.send('WebAuthn.getCredentials', { authenticatorId });
    assert.deepEqual(
      credentials.map(({ rpId, isResidentCredential }) => [rpId, isResidentCredential]),
      [['id.localhost', true]],
    );
    await tab.goto(`${door.url}/security`);
    assert.deepEqual(await listBarriers(tab), []);
    await tab.goto(`${door.url}/`);
    await tab.getByRole('button', { name: 'Sign out' }).click();
    await tab.waitForURL(/\/sign-in\?done=signed-out$/);
    assert.deepEqual(await listBarriers(tab), []);
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
  } finally {
    await browser.close();
  }
});
