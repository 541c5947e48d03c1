import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type FindingReport, findingReportSchema, LANGUAGES } from '@bulkhead/contracts';
import { createLog } from '@bulkhead/kernel';
import { temporaryDirectory, waitUntil } from '@bulkhead/testkit';
import { createWireApp, readWireBody, serveWire } from '@bulkhead/wire';
import { statusWords } from '#status/words.rules.ts';
import { ReportLimit, readReport } from '../report.rules.ts';
import { bootStatus } from './booted-status.ts';

const SECRET = 'findings-secret-0123456789';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

async function bootWithRecovery(t: TestContext) {
  const socket = join(await temporaryDirectory(), 'findings.sock');
  const told: FindingReport[] = [];
  const app = createWireApp({ secrets: { offsite: SECRET }, log: createLog('test', 'silent') });
  app.post('/findings', async (c) => {
    told.push(await readWireBody(c.req.raw, findingReportSchema));
    return c.json({ id: told.length, incident: null, sealedEpoch: null });
  });
  const server = await serveWire({ app, socket });
  t.after(() => server.close());
  const status = await bootStatus(t, { findings: { socket, secret: SECRET } });
  const send = (page: string, seen: string, headers: Record<string, string> = {}, language = 'en') =>
    status.ask(`/${language}/report/`, {
      method: 'POST',
      headers: { ...FORM, ...headers },
      body: new URLSearchParams({ page, seen }).toString(),
    });
  const untilTold = (count: number) =>
    waitUntil(() => (told.length >= count ? told : undefined), { what: `${count} reports arrive`, timeoutMs: 20_000 });
  return { status, told, send, untilTold };
}

test('[W16] what a person reports reaches recovery as a finding about the compartment whose page it is, without who they are', async (t) => {
  const { send, untilTold } = await bootWithRecovery(t);
  const answer = await send(
    'http://www.localhost:8400/en/news/pilot?session=geheim#here',
    'A skull\u202e and\n a <script>. Write to me@example.org or +44 20 7735 7611',
  );
  assert.deepEqual([answer.status, answer.headers['location']], [303, '/en/report/thanks/']);
  const [report] = await untilTold(1);
  assert.equal(report?.rule, 'report.person');
  assert.equal(report?.compartment, 'website');
  assert.deepEqual(report?.evidence, {
    page: 'http://www.localhost:8400/en/news/pilot',
    said: 'A skull and a <script>. Write to [e-mail address] or [telephone number]',
    language: 'en',
  });
  await send('elsewhere.example/x', 'looks odd', {}, 'ar');
  const [, foreign] = await untilTold(2);
  assert.deepEqual([foreign?.compartment, foreign?.evidence['host']], [null, 'of none of our services']);
});

test('[W16] the form works in six languages without a script, and says what is missing', async (t) => {
  const { status, send, told } = await bootWithRecovery(t);
  for (const language of LANGUAGES) {
    const words = statusWords(language);
    assert.ok((await status.ask(`/${language}/`)).body.includes(`href="/${language}/report/"`));
    const page = await status.ask(`/${language}/report/`);
    assert.match(String(page.headers['content-security-policy']), /form-action 'self'/);
    for (const word of [words.report, words.reportPage, words.reportSeen, words.reportSend, words.reportPrivacy])
      assert.ok(page.body.includes(word), `${language}: ${word}`);
    assert.ok(!page.body.includes('<script'));
    assert.ok((await status.ask(`/${language}/report/thanks/`)).body.includes(words.reportThanksBody));
  }
  const again = await send('www.localhost', '');
  assert.equal(again.status, 400);
  assert.ok(again.body.includes('role="alert"') && again.body.includes('<form'));
  assert.match(String((await status.ask('/en/')).headers['content-security-policy']), /form-action 'none'/);
  assert.deepEqual(told, []);
});

test('[W16] reports are bounded: by network, by size, by kind, and none comes from another site', async (t) => {
  const { status, send, untilTold, told } = await bootWithRecovery(t);
  assert.equal((await send('www.localhost', 'x', { 'sec-fetch-site': 'cross-site' })).status, 400);
  const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"page":"x","seen":"yyy"}' };
  assert.equal((await status.ask('/en/report/', json)).status, 400);
  assert.equal((await send('www.localhost', 'y'.repeat(20_000))).status, 400);
  assert.equal((await send('www.localhost', 'odd', { host: 'www.localhost' })).status, 421);
  assert.equal((await status.ask('/en/report/thanks/', { method: 'POST' })).status, 405);
  assert.equal((await status.ask('/xx/report/', { method: 'POST' })).status, 405);
  for (let count = 1; count <= 5; count += 1) {
    assert.equal((await send('www.localhost', `odd ${count}`)).status, 303);
    await untilTold(count);
  }
  const later = await send('www.localhost', 'odd 6');
  assert.deepEqual([later.status, later.headers['retry-after']], [429, '600']);
  assert.ok(later.body.includes('<form'));
  assert.equal(told.length, 5);
});

test('[W16] a network of IPv6 is one reporter, others are not hindered by it, and after ten minutes it may report again', () => {
  const limit = new ReportLimit();
  const from = (address: string, nowMs = 0) => limit.take(address, nowMs);
  for (let host = 1; host <= 5; host += 1) assert.ok(from(`2001:db8:1:2::${host}`));
  assert.equal(from('2001:db8:1:2:ffff:ffff:ffff:ffff'), false);
  assert.ok(from('2001:db8:1:3::1'));
  assert.ok(from('192.0.2.7'));
  assert.ok(from('2001:db8:1:2::1', 600_001));
  for (let host = 0; host < 200; host += 1) from(`192.0.2.${host}`, 700_000);
  assert.equal(from('198.51.100.1', 700_000), false, 'people can read only so many');
});

test('[W16] texts in any script are kept whole, and what steers the reading of others is taken out', () => {
  assert.deepEqual(readReport('page=www.localhost&seen=%E9%A1%B5%E9%9D%A2%E8%A2%AB%E6%94%B9'), {
    page: 'www.localhost',
    seen: '页面被改',
  });
  assert.equal(readReport(new URLSearchParams({ page: 'www', seen: 'a\u0000b\u202Ec\u001b[31m' }).toString())?.seen, 'a bc [31m');
  assert.equal(readReport('page=ab&seen=long%20enough'), undefined);
  assert.equal(readReport(''), undefined);
});
