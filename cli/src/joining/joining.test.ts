import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import { connect } from 'node:tls';
import type { Description, JoinRequest } from '@bulkhead/contracts';
import { makeIdentity, PROTOCOLS, pinOf } from '@bulkhead/link';
import { findFreePort } from '@bulkhead/testkit';
import { type OneTimeCode, parseAddress, readCode, writeAddress, writeCode } from './code.ts';
import { askToJoin, awaitJoin, INVITATION_MS, Invitation, type Joined, TRIES } from './invitation.ts';

const pin = 'ab'.repeat(32);
const newSecret = () => randomBytes(16).toString('base64url');

suite('a one-time code', () => {
  test('[LK8] carries address, key and secret through copying, with blanks and line ends between', () => {
    for (const host of ['offsite.example.org', '192.0.2.7', '2001:db8::7']) {
      const code: OneTimeCode = { address: { host, port: 8600 }, pin, secret: newSecret() };
      assert.deepEqual(readCode(writeCode(code)), code);
      assert.deepEqual(readCode(` ${writeCode(code).replaceAll(/(.{20})/g, '$1\n ')}`), code);
    }
  });

  test('[LK8] with any one letter exchanged, or a part missing, is refused before anything is sent', () => {
    const text = writeCode({ address: { host: 'offsite.example.org', port: 8600 }, pin, secret: newSecret() });
    for (let at = 4; at < text.length - 1; at += 1) {
      const slipped = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
      assert.throws(() => readCode(slipped), { code: 'input.invalid' }, slipped);
    }
    for (const wrong of ['', 'BH1-', 'BH1-AAAA', text.slice(0, -10), `XX${text}`, `BH1-${'A'.repeat(900)}`])
      assert.throws(() => readCode(wrong), { code: 'input.invalid' }, wrong);
  });

  test('an address is a host and a port, and what else is typed is told with an example', () => {
    for (const text of ['offsite.example.org:8600', '192.0.2.7:1', '[2001:db8::7]:65535', '[::]:8600'])
      assert.equal(writeAddress(parseAddress(text, '--address')), text);
    for (const wrong of ['', 'offsite', ':8600', 'a:0', 'a:70000', 'a b:1', '2001:db8::7:8600', 'http://a:1', 'a:1/'])
      assert.throws(() => parseAddress(wrong, '--address'), { code: 'input.invalid' }, wrong);
  });
});

suite('an invitation', () => {
  test('[LK8] is good once', () => {
    const invitation = new Invitation(0);
    assert.equal(invitation.take(invitation.secret, 1), 'good');
    assert.equal(invitation.take(invitation.secret, 2), 'over');
  });

  test('[LK8] is good for fifteen minutes, whatever is tried', () => {
    const invitation = new Invitation(1000);
    assert.equal(invitation.isOver(1000 + INVITATION_MS - 1), false);
    assert.equal(invitation.take(invitation.secret, 1000 + INVITATION_MS), 'over');
  });

  test('[LK8] ends after five wrong codes, and the right one is refused then', () => {
    const invitation = new Invitation(0);
    for (let tries = 1; tries < TRIES; tries += 1) assert.equal(invitation.take(newSecret(), 1), 'wrong');
    assert.equal(invitation.take(newSecret(), 1), 'over');
    assert.equal(invitation.take(invitation.secret, 1), 'over');
  });
});

suite('joining', { timeout: 60_000 }, () => {
  const key = (keyId: string) => ({ keyId, publicKey: 'public' });
  const request: Omit<JoinRequest, 'secret'> = {
    gatewayKey: key('gateway-1'),
    jobKey: key('headquarters-jobs-1'),
    gatewayAddress: { host: '192.0.2.10', port: 443 },
  };
  const told = { anything: 'that off-site tells' };

  async function invite(stop = new AbortController()) {
    const [offsite, headquarters] = await Promise.all(['offsite', 'headquarters'].map((name) => makeIdentity(name, new Date())));
    assert.ok(offsite && headquarters);
    const listen = { host: '127.0.0.1', port: await findFreePort() };
    const invitation = new Invitation(performance.now());
    const accepted: Joined[] = [];
    const lines: string[] = [];
    const waiting = awaitJoin({
      listen,
      identity: offsite,
      invitation,
      clock: () => performance.now(),
      accept: (joined) => {
        accepted.push(joined);
        return Promise.resolve(told as unknown as Description);
      },
      tell: (line) => lines.push(line),
      stopAsked: stop.signal,
    });
    const code: OneTimeCode = { address: listen, pin: pinOf(offsite), secret: invitation.secret };
    return { code, headquarters, waiting, accepted, lines, stop };
  }

  test('[LK8] with the right code each learns the other’s key and public keys; the same code again opens nothing', async () => {
    const { code, headquarters, waiting, accepted } = await invite();
    assert.deepEqual(await askToJoin(code, { identity: headquarters }, request), told);
    await waiting;
    assert.deepEqual(accepted, [{ pin: pinOf(headquarters), request: { ...request, secret: code.secret } }]);
    await assert.rejects(askToJoin(code, { identity: headquarters }, request), { code: 'link.down' });
  });

  test('[LK8] with a wrong code nothing is learnt, and after five nobody can join any more', async () => {
    const { code, headquarters, waiting, accepted, lines } = await invite();
    const wrong = { ...code, secret: newSecret() };
    const ended = assert.rejects(waiting, { code: 'site.code_refused' });
    for (let tries = 0; tries < TRIES; tries += 1)
      await assert.rejects(askToJoin(wrong, { identity: headquarters }, request), { code: 'site.code_refused' });
    await ended;
    await assert.rejects(askToJoin(code, { identity: headquarters }, request), { code: 'link.down' });
    assert.deepEqual([accepted.length, lines.length], [0, TRIES]);
  });

  test('[LK8] who answers at off-site’s address with another key is told no secret', async () => {
    const { code, headquarters, waiting, accepted, stop } = await invite();
    const elsewhere = { ...code, pin: 'cd'.repeat(32) };
    await assert.rejects(askToJoin(elsewhere, { identity: headquarters }, request), { code: 'link.untrusted' });
    const ended = assert.rejects(waiting, { code: 'site.code_refused' });
    stop.abort();
    await ended;
    assert.equal(accepted.length, 0);
  });

  test('[LK5] who connects and says nothing, nonsense, or too much uses nobody’s time up: the right code is still taken', async () => {
    const { code, headquarters, waiting } = await invite();
    const { certificate: cert, key: privateKey } = await makeIdentity('stranger', new Date());
    const strangers = ['', 'GET / HTTP/1.1\r\n\r\n', 'x'.repeat(100_000)].map((text) => {
      const { host, port } = code.address;
      const options = { host, port, cert, key: privateKey, rejectUnauthorized: false, ALPNProtocols: [PROTOCOLS.join] };
      const socket = connect(options, () => socket.write(text));
      return socket.on('error', () => socket.destroy());
    });
    await new Promise((resolve) => strangers[2]?.once('close', resolve).resume());
    assert.deepEqual(await askToJoin(code, { identity: headquarters }, request), told);
    for (const socket of strangers) socket.destroy();
    await waiting;
  });
});
