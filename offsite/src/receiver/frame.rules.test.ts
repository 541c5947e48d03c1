import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cString, encodeFrame, FrameReader, readCString } from './frame.rules.ts';
import {
  encodeError,
  encodeFeedback,
  encodeKeepalive,
  encodeRows,
  encodeStatus,
  encodeWal,
  parseDataRow,
  parseNotice,
  parseStandbyMessage,
  parseWalMessage,
} from './message.rules.ts';
import { parseCommand, parseStartup } from './startup.rules.ts';

const NOW = new Date('2026-11-21T12:00:00.000Z');
const bodyOf = (frame: Buffer) => frame.subarray(5);

test('of messages over a length the beginning comes out, with how much was passed over, however the bytes are cut', () => {
  const frames = [
    encodeFrame('d', Buffer.alloc(3_000, 1)),
    encodeFrame('Z', Buffer.from('I')),
    encodeFrame('d', Buffer.alloc(1_000, 2)),
    encodeFrame('d', Buffer.alloc(1_001, 3)),
    encodeFrame('c'),
  ];
  const bytes = Buffer.concat(frames);
  for (const step of [1, 4, 99, 1_005, 1_100, bytes.length]) {
    const reader = new FrameReader(100_000, { overBytes: 1_005, keptBytes: 105 });
    const seen = [];
    for (let at = 0; at < bytes.length; at += step) seen.push(...reader.push(bytes.subarray(at, at + step)));
    assert.deepEqual(
      seen.map(({ type, body, cutBytes }) => [type, body.length, body[0], cutBytes]),
      [
        ['d', 100, 1, 2_900],
        ['Z', 1, 0x49, undefined],
        ['d', 1_000, 2, undefined],
        ['d', 100, 3, 901],
        ['c', 0, undefined, undefined],
      ],
      `steps of ${step}`,
    );
  }
});

test('messages come out whole however the bytes are cut', () => {
  const frames = [
    encodeFrame('d', Buffer.alloc(300, 1)),
    encodeFrame('Z', Buffer.from('I')),
    encodeFrame('c'),
    encodeFrame('d', Buffer.alloc(70_000, 2)),
  ];
  const bytes = Buffer.concat(frames);
  for (const step of [1, 2, 3, 5, 7, 64, 299, 1000, bytes.length]) {
    const reader = new FrameReader(100_000);
    const seen = [];
    for (let at = 0; at < bytes.length; at += step) seen.push(...reader.push(bytes.subarray(at, at + step)));
    assert.deepEqual(
      seen.map(({ type, body }) => [type, body.length]),
      [
        ['d', 300],
        ['Z', 1],
        ['c', 0],
        ['d', 70_000],
      ],
      `in steps of ${step}`,
    );
  }
});

test('a message longer than the limit, or of impossible length, is refused before it is collected', () => {
  for (const length of [0, 3, 1001, 0xffffffff]) {
    const header = Buffer.alloc(5, 'd');
    header.writeUInt32BE(length, 1);
    assert.throws(() => new FrameReader(1000).push(header), { code: 'receiver.stream_broken' });
  }
});

test('what is said of WAL is understood at the other end', () => {
  const wal = parseWalMessage(bodyOf(encodeWal(0x1000000n, 0x1000064n, Buffer.from('bytes'), NOW)));
  assert.deepEqual(wal, { kind: 'wal', startLsn: 0x1000000n, endLsn: 0x1000064n, bytes: Buffer.from('bytes') });
  assert.deepEqual(parseWalMessage(bodyOf(encodeKeepalive(77n, NOW, true))), {
    kind: 'keepalive',
    endLsn: 77n,
    isReplyRequested: true,
  });
  assert.deepEqual(parseStandbyMessage(bodyOf(encodeStatus(9n, 8n, NOW, true))), {
    kind: 'status',
    flushed: 8n,
    isReplyRequested: true,
  });
  const feedback = { xmin: (3n << 32n) | 17n, catalogXmin: 0n };
  assert.deepEqual(parseStandbyMessage(bodyOf(encodeFeedback(feedback, NOW))), { kind: 'feedback', feedback });
  for (const body of [Buffer.alloc(0), Buffer.from('w'), Buffer.from('x'.repeat(40)), Buffer.from('k123')]) {
    assert.throws(() => parseWalMessage(body), { code: 'receiver.stream_broken' });
    assert.throws(() => parseStandbyMessage(body), { code: 'receiver.stream_broken' });
  }
});

test('rows and refusals are understood at the other end', () => {
  const columns = [
    { name: 'a', type: 'text' },
    { name: 'b', type: 'bytea' },
    { name: 'c', type: 'int8' },
  ] as const;
  const [described, row] = new FrameReader(10_000).push(encodeRows(columns, [['één', Buffer.from([0, 255]), null]]));
  assert.equal(described?.type, 'T');
  assert.deepEqual(parseDataRow(row?.body ?? Buffer.alloc(2)), [Buffer.from('één'), Buffer.from([0, 255]), null]);
  assert.deepEqual(parseNotice(bodyOf(encodeError('58P01', 'gone', 'FATAL'))), {
    severity: 'FATAL',
    sqlState: '58P01',
    message: 'gone',
  });
  assert.throws(() => readCString(Buffer.from('no end'), 0), { code: 'receiver.stream_broken' });
});

test('a first packet is read, one of another kind or length is refused', () => {
  const packet = (code: number, rest: Buffer) => {
    const header = Buffer.alloc(8);
    header.writeUInt32BE(8 + rest.length, 0);
    header.writeUInt32BE(code, 4);
    return Buffer.concat([header, rest]);
  };
  const parameters = Buffer.concat([
    cString('user'),
    cString('standby'),
    cString('replication'),
    cString('true'),
    Buffer.alloc(1),
  ]);
  const startup = parseStartup(packet(196_608, parameters));
  assert.equal(startup.kind === 'startup' && startup.parameters.get('replication'), 'true');
  assert.equal(parseStartup(packet(80_877_103, Buffer.alloc(0))).kind, 'encryption');
  assert.equal(parseStartup(packet(80_877_102, Buffer.alloc(8))).kind, 'cancel');
  assert.equal(parseStartup(packet(196_608, parameters).subarray(0, 20)).kind, 'incomplete');
  for (const bad of [packet(131_072, parameters), packet(196_608, Buffer.from('user')), Buffer.alloc(8, 255), Buffer.alloc(8)]) {
    assert.throws(() => parseStartup(bad), { code: 'receiver.stream_broken' });
  }
});

test('of the commands only those of physical streaming are known', () => {
  assert.deepEqual(parseCommand('START_REPLICATION 0/3000000 TIMELINE 2'), { kind: 'start', lsn: '0/3000000', timeline: 2 });
  assert.deepEqual(parseCommand('START_REPLICATION SLOT "x" PHYSICAL 0/3000000'), {
    kind: 'start',
    lsn: '0/3000000',
    timeline: undefined,
  });
  assert.deepEqual(parseCommand('IDENTIFY_SYSTEM;'), { kind: 'identify' });
  assert.deepEqual(parseCommand('TIMELINE_HISTORY 4'), { kind: 'history', timeline: 4 });
  assert.deepEqual(parseCommand('SHOW wal_segment_size'), { kind: 'show', setting: 'wal_segment_size' });
  for (const text of ['select 1', 'BASE_BACKUP', 'START_REPLICATION SLOT x LOGICAL 0/1', 'DROP_REPLICATION_SLOT offsite', '']) {
    assert.deepEqual(parseCommand(text), { kind: 'unknown' });
  }
});
