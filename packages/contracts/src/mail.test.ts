import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mailSchema } from './mail.ts';

const mail = { host: 'relay.example.org', port: 587, security: 'starttls', from: 'no-reply@example.org' };

test('a relay is named with TLS, or stands on this machine; a user has a password file; what else is written is told', () => {
  assert.equal(mailSchema.safeParse(mail).success, true);
  assert.equal(mailSchema.safeParse({ ...mail, security: 'tls', port: 465, user: 'a', passwordFile: '/etc/p' }).success, true);
  assert.equal(mailSchema.safeParse({ ...mail, security: 'none', host: '127.0.0.1', port: 25 }).success, true);
  for (const [wrong, told] of [
    [{ ...mail, security: 'none' }, /only for a relay on this machine/],
    [{ ...mail, security: 'none', host: '127.0.0.1', user: 'a', passwordFile: '/p' }, /only for a relay on this machine/],
    [{ ...mail, user: 'a' }, /user and passwordFile stand together/],
    [{ ...mail, from: 'no-reply' }, /an address such as/],
    [{ ...mail, from: 'a@b.example\r\nBcc: c@d' }, /an address such as/],
    [{ ...mail, host: 'relay example' }, /host name or an address/],
    [{ ...mail, port: 0 }, /port|>=1/i],
    [{ ...mail, passwrdFile: '/x' }, /passwrdFile/],
  ] as const)
    assert.match(String(mailSchema.safeParse(wrong).error), told, JSON.stringify(wrong));
});
