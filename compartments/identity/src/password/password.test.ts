import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '@bulkhead/kernel';
import { COMMON_COUNT, isInCommonList } from './common-list.ts';
import { Passwords } from './password.actions.ts';
import { judgePassword } from './password.rules.ts';

const PERSON = { email: 'amina.diallo@example.org', displayName: "Amina O'Brien-Diallo" };

test('long passwords of any alphabet are taken, whatever kinds of characters they have', () => {
  for (const password of [
    'correct staple of horses',
    'ключ под старым маяком',
    '潮水在旧灯塔下慢慢退去了吧',
    'مفتاح تحت المنارة القديمة',
    '🐟🦀🐙🐬🐳🦭🐚⚓🚢🌊🧭🛟',
    'amina walks to the harbour',
  ])
    assert.equal(judgePassword(password, PERSON), null, password);
});

test('short, common, monotonous and personal passwords are told apart', () => {
  for (const [password, fault] of [
    ['elevenchars', 'too short'],
    ['Password2024!!', 'common'],
    ['P@$$w0rd123456', 'common'],
    ['correcthorsebatterystaple', 'common'],
    ['qwertyuiop[]', 'common'],
    ['Пароль123456', 'common'],
    ['8493-2757-1039', 'common'],
    ['abababababab', 'monotonous'],
    ['abcdefghijklm', 'monotonous'],
    ['AminaDiallo1', 'about the person'],
    ['example.org 12', 'about the person'],
  ] as const)
    assert.equal(judgePassword(password, PERSON), fault, password);
});

test('the bundled list is large, common and breached passwords stand in it whatever is put around them, and chance refuses hardly any', () => {
  assert.ok(COMMON_COUNT > 150_000);
  for (const password of ['michelle1987!!', '1q2w3e4r5t6y', 'Sunshine#2026', 'liverpoolfc1892'])
    assert.equal(judgePassword(password, PERSON), 'common', password);
  let refused = 0;
  for (let at = 0; at < 20_000; at += 1) if (isInCommonList(`a text that nobody has used ${at}`)) refused += 1;
  assert.ok(refused < 10, `${refused} of 20000`);
});

test('the name of the organisation, its letters and its words are refused as such', () => {
  const owner = { ...PERSON, organisation: 'Sample Maritime Organization' };
  for (const password of ['SampleMaritime26', 'smo-smo-smo-smo-2026', 'MaritimeOrganization!', 'Sample Amina 2026'])
    assert.ok(['about the organisation', 'common'].includes(judgePassword(password, owner) ?? ''), password);
  assert.equal(judgePassword('maritime weather over slate', owner), null);
});

test('a hash carries its parameters, differs each time, and is verified by them', async () => {
  const passwords = new Passwords();
  const [first, second] = await Promise.all([passwords.hash('calm water at dawn'), passwords.hash('calm water at dawn')]);
  assert.match(first, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.notEqual(first, second);
  assert.equal(await passwords.verify('calm water at dawn', first), true);
  assert.equal(await passwords.verify('calm water at dusk', first), false);
  assert.equal(await passwords.verify('calm water at dawn', null), false);
  const cheaper = '$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$';
  await assert.rejects(passwords.verify('x', cheaper), (error) => hasCode(error, 'password.unreadable_hash'));
});

test('no more than a few dozen wait: the next are told to come later', async () => {
  const passwords = new Passwords();
  const results = await Promise.allSettled(Array.from({ length: 80 }, () => passwords.hash('calm water at dawn')));
  const refused = results.filter((result) => result.status === 'rejected');
  assert.equal(refused.length, 80 - 2 - 64);
  for (const { reason } of refused) assert.ok(hasCode(reason, 'request.too_many'));
});
