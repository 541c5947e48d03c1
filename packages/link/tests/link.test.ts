import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { EstateError, sha256Hex, sleepMs } from '@bulkhead/kernel';
import { askDescription, connectPinned, filesOfLink, Keyring, makeIdentity, PROTOCOLS, pinOf, readLine } from '@bulkhead/link';
import { writeJsonDurably } from '@bulkhead/supervision';
import { waitUntil } from '@bulkhead/testkit';
import { Cuttable } from './cuttable.ts';
import { makeKeyring, now, Scratch, serveAt } from './scratch.ts';

const echo = (socket: Socket) => socket.pipe(socket);

function callAt(path: string): Socket {
  const socket = connectPlain({ path, allowHalfOpen: true });
  socket.on('error', () => socket.destroy());
  return socket;
}

async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch {
    // Broken off is an end, too.
  }
  return Buffer.concat(chunks).toString('utf8');
}

suite('a link between two sites', { timeout: 120_000 }, () => {
  let scratch: Scratch;
  let way: Cuttable;
  before(async () => {
    scratch = await Scratch.make();
    scratch.servers.push(await serveAt(scratch.at('vault.sock'), echo), await serveAt(scratch.at('pg.sock'), echo));
    await scratch.openOffsite();
    way = await Cuttable.open(scratch.port);
    await scratch.openHeadquarters(way.port);
    await scratch.untilUp();
  });
  after(async () => {
    way?.close();
    await scratch?.remove();
  });

  test('[LK3] bytes arrive unchanged in both directions, and the end of one direction leaves the other open', async () => {
    for (const path of ['far-vault.sock', 'far-pg.sock']) {
      const bytes = randomBytes(3_000_000);
      const socket = callAt(scratch.at(path));
      const received: Buffer[] = [];
      socket.end(bytes);
      for await (const chunk of socket as AsyncIterable<Buffer>) received.push(chunk);
      assert.equal(sha256Hex(Buffer.concat(received)), sha256Hex(bytes), path);
    }
  });

  test('[LK3] a slow reader is not sent more than it takes: nothing piles up in the link', async () => {
    const writes: { bytes: number } = { bytes: 0 };
    const slow = await serveAt(scratch.at('recovery.sock'), (socket) => socket.pause());
    const socket = callAt(scratch.at('far-recovery.sock'));
    const chunk = Buffer.alloc(65_536);
    const memoryBefore = process.memoryUsage().rss;
    const deadline = performance.now() + 1_500;
    while (performance.now() < deadline && writes.bytes < 200_000_000) {
      const isTaken = socket.write(chunk);
      writes.bytes += chunk.length;
      if (!isTaken) await Promise.race([once(socket, 'drain'), sleepMs(200)]);
      if (socket.writableLength > 4_000_000) break;
    }
    assert.ok(writes.bytes - socket.writableLength < 30_000_000, `${writes.bytes} bytes were taken though nobody reads`);
    assert.ok(process.memoryUsage().rss - memoryBefore < 200_000_000);
    socket.destroy();
    slow.close();
  });

  test('[LK2] headquarters reaches nothing but what it may call: the desk is there for nobody, whatever its end asks', async () => {
    const socket = callAt(scratch.at('far-desk.sock'));
    socket.write('anything');
    assert.equal(await readAll(socket), '');
    for (const [greeting, answer] of [
      [{ kind: 'call', session: scratch.session, service: 'desk' }, /unknown_service/],
      [{ kind: 'call', session: scratch.session, service: '__proto__' }, undefined],
      [{ kind: 'call', session: scratch.session, service: '../desk' }, undefined],
      [{ kind: 'call', session: 'b2'.repeat(8), service: 'vault' }, /unreachable/],
      [{ kind: 'reach', session: scratch.session }, undefined],
    ] as const) {
      const { socket: own } = await connectPinned({
        address: { host: '127.0.0.1', port: scratch.port },
        identity: scratch.pair.headquarters.identity,
        protocol: PROTOCOLS.link,
        isTrusted: scratch.pair.headquarters.isTrusted,
        timeoutMs: 5000,
      });
      own.write(`${JSON.stringify(greeting)}\n`);
      const line = await readLine(own, { timeoutMs: 8000 }).catch((error: unknown) => error);
      if (answer) assert.match(String(line), answer, JSON.stringify(greeting));
      else assert.ok(line instanceof EstateError && line.code === 'link.down', `${JSON.stringify(greeting)}: ${String(line)}`);
      own.destroy();
    }
  });

  test('[LK1] who shows another key, or none, or speaks an older TLS or another protocol, is cut off before a byte of theirs is read', async () => {
    const stranger = await makeIdentity('headquarters', now());
    const { identity, isTrusted } = scratch.pair.headquarters;
    const address = { host: '127.0.0.1', port: scratch.port };
    const common = { ...address, rejectUnauthorized: false } as const;
    const known = { cert: identity.certificate, key: identity.key };
    const before = scratch.offsite?.status().strangers ?? 0;
    for (const options of [
      { ...common, cert: stranger.certificate, key: stranger.key, ALPNProtocols: [PROTOCOLS.link] },
      { ...common, ALPNProtocols: [PROTOCOLS.link] },
      { ...common, ...known, maxVersion: 'TLSv1.2', ALPNProtocols: [PROTOCOLS.link] } as const,
      { ...common, ...known, ALPNProtocols: ['http/1.1'] },
      { ...common, ...known },
    ]) {
      const socket = connectTls(options);
      socket.on('error', () => socket.destroy());
      socket.write(`${JSON.stringify({ kind: 'describe', session: 'a1'.repeat(8) })}\n`);
      assert.equal(await readAll(socket), '');
    }
    const { strangers = 0, lastStranger } = scratch.offsite?.status() ?? {};
    assert.deepEqual([strangers - before, lastStranger], [5, '127.0.0.1']);
    const impostor = await makeKeyring(scratch.directory, 'impostor');
    await assert.rejects(
      connectPinned({ address, identity, protocol: PROTOCOLS.link, isTrusted: (pin) => pin === impostor.pin, timeoutMs: 5000 }),
      { code: 'link.untrusted' },
    );
    assert.equal(isTrusted(impostor.pin), false);
  });

  test('[LK5] a first line that is too long, or that never comes, ends its connection; what is open goes on', async () => {
    const standing = callAt(scratch.at('far-vault.sock'));
    standing.write('before');
    await once(standing, 'data');
    const open = () =>
      connectPinned({
        address: { host: '127.0.0.1', port: scratch.port },
        identity: scratch.pair.headquarters.identity,
        protocol: PROTOCOLS.link,
        isTrusted: scratch.pair.headquarters.isTrusted,
        timeoutMs: 5000,
      });
    const [{ socket: long }, { socket: silent }] = [await open(), await open()];
    long.write('x'.repeat(10_000));
    await Promise.all([long, silent].map((socket) => readAll(socket)));
    standing.write('after');
    assert.equal(String((await once(standing, 'data'))[0]), 'after');
    standing.destroy();
  });

  test('[LK4] a reset in the middle ends both sides of what was carried, and the link comes back by itself', async () => {
    const held: Socket[] = [];
    const sink = await serveAt(scratch.at('recovery.sock'), (socket) => held.push(socket.resume()));
    const socket = callAt(scratch.at('far-recovery.sock'));
    socket.write('half a call');
    const other = await waitUntil(() => held[0], { what: 'the call arrived' });
    way.reset();
    assert.equal(await readAll(socket), '');
    await waitUntil(() => other.readableEnded || other.destroyed, { what: 'the service was told' });
    socket.destroy();
    await scratch.untilUp();
    await waitUntil(
      async () => {
        const again = callAt(scratch.at('far-vault.sock'));
        again.end('again');
        return (await readAll(again)) === 'again';
      },
      { what: 'calls are carried again' },
    );
    sink.close();
  });

  test('[LK6] a way that is silent counts as cut within seconds at both sites: callers are told at once, and it comes back', async () => {
    const standing = callAt(scratch.at('far-pg.sock'));
    standing.write('x');
    await once(standing, 'data');
    way.stall();
    await waitUntil(() => !scratch.headquarters?.status().isUp && !scratch.offsite?.status().isUp, {
      what: 'both have noticed',
      timeoutMs: 30_000,
    });
    await readAll(standing);
    const startedAt = performance.now();
    const call = callAt(scratch.at('far-vault.sock'));
    call.write('anybody?');
    assert.equal(await readAll(call), '');
    assert.ok(performance.now() - startedAt < 3_000, 'nobody waits for a site that is away');
    way.go();
    await scratch.untilUp();
  });

  test('[LK7] a new key is taken over the connection that is still trusted; from then on the old one opens nothing, and the link stands', async () => {
    const { headquarters, offsite } = scratch.pair;
    for (const [end, own, other] of [
      ['headquarters', headquarters, offsite],
      ['offsite', offsite, headquarters],
    ] as const) {
      const old = { identity: own.identity, pin: own.pin };
      await scratch.untilUp();
      const pin = await scratch[end]?.rotate();
      assert.notEqual(pin, old.pin);
      assert.equal(own.pin, pin);
      await waitUntil(() => other.peerPins.length === 1 && other.peerPins[0] === pin, {
        what: `the old key of ${end} has no rights`,
      });
      await scratch.untilUp();
      assert.equal(other.isTrusted(old.pin), false);
      const again = callAt(scratch.at('far-vault.sock'));
      again.end('under the new key');
      assert.equal(await readAll(again), 'under the new key');
    }
  });

  test('[LK7] a change of keys that broke off leaves both keys good, and is brought to its end by asking again', async () => {
    const { headquarters, offsite } = scratch.pair;
    const drawn = await headquarters.drawNext('headquarters', now);
    const announced = pinOf(drawn);
    await offsite.takeAnnounced(announced, headquarters.pin);
    assert.deepEqual([...offsite.peerPins], [headquarters.pin, announced]);
    way.reset();
    const rotated = await waitUntil(() => scratch.headquarters?.rotate(), { what: 'the sites see each other again' });
    assert.equal(rotated, announced, 'the key that was drawn is used, not another');
    await waitUntil(() => offsite.peerPins.length === 1, { what: 'the old key has no rights' });
  });

  test('[LK9] headquarters can ask what the estate is, and off-site tells nobody else', async () => {
    const file = filesOfLink(scratch.at('offsite')).description;
    await writeJsonDurably(file, { not: 'a description' });
    const asked = { address: { host: '127.0.0.1', port: scratch.port }, session: 'c3'.repeat(8) };
    await assert.rejects(askDescription({ ...asked, keyring: scratch.pair.headquarters }), { code: 'link.refused' });
    const impostor = await makeKeyring(scratch.directory, 'second-impostor');
    await impostor.pinPeer(scratch.pair.offsite.pin);
    await assert.rejects(askDescription({ ...asked, keyring: impostor }), { code: 'link.down' });
  });
});

test('[LK5] a service carries so many connections at once and no more; one that ends makes room', {
  timeout: 60_000,
}, async () => {
  const scratch = await Scratch.make();
  scratch.atMost = 3;
  try {
    scratch.servers.push(await serveAt(scratch.at('vault.sock'), echo), await serveAt(scratch.at('pg.sock'), echo));
    await scratch.openOffsite();
    await scratch.openHeadquarters();
    await scratch.untilUp();
    const open: Socket[] = [];
    for (let at = 0; at < 3; at += 1) {
      const socket = callAt(scratch.at('far-vault.sock'));
      socket.write('x');
      await once(socket, 'data');
      open.push(socket);
    }
    const tooMany = callAt(scratch.at('far-vault.sock'));
    tooMany.write('x');
    assert.equal(await readAll(tooMany), '');
    open[0]?.destroy();
    await waitUntil(
      async () => {
        const next = callAt(scratch.at('far-vault.sock'));
        next.end('y');
        return (await readAll(next)) === 'y';
      },
      { what: 'there is room again' },
    );
    for (const socket of open) socket.destroy();
  } finally {
    await scratch.remove();
  }
});

test('[LK12] a headquarters that was given up is a stranger, after a start anew too, and another takes its place', async () => {
  const scratch = await Scratch.make();
  try {
    const { headquarters: lost, offsite } = scratch.pair;
    await offsite.forgetPeer();
    const reopened = await Keyring.open(scratch.at('offsite'));
    assert.deepEqual(reopened.peerPins, []);
    const next = await makeKeyring(scratch.directory, 'anew');
    await next.pinPeer(reopened.pin);
    await reopened.pinPeer(next.pin);
    scratch.keys = { headquarters: next, offsite: reopened };
    await scratch.openOffsite();
    await scratch.openHeadquarters();
    await scratch.untilUp();
    const address = { host: '127.0.0.1', port: scratch.port };
    await assert.rejects(askDescription({ keyring: lost, address, session: 'ab'.repeat(8) }), { code: 'link.down' });
    const { strangers, lastStranger, peerPins, isUp } = scratch.offsite?.status() ?? {};
    assert.deepEqual([strangers, lastStranger, peerPins, isUp], [1, '127.0.0.1', [next.pin], true]);
  } finally {
    await scratch.remove();
  }
});
