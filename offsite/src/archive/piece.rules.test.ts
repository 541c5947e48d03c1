import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { encodePieces, type Piece, PieceReader, wireBytesOf } from './piece.rules.ts';

const PIECES: readonly Piece[] = [
  { isPacked: false, bytes: randomBytes(512), plainBytes: 512 },
  { isPacked: true, bytes: randomBytes(40_000), plainBytes: 131_072 },
  { isPacked: true, bytes: randomBytes(7), plainBytes: 131_072 },
  { isPacked: false, bytes: Buffer.alloc(0), plainBytes: 0 },
];

test('pieces of a base come out as they went in, however they are cut on the way', () => {
  const wire = encodePieces(PIECES);
  assert.equal(wire.length, wireBytesOf(PIECES.map(({ bytes }) => ({ bytes: bytes.length }))));
  for (const step of [1, 8, 9, 10, 65_536, wire.length]) {
    const reader = new PieceReader();
    const found: Piece[] = [];
    for (let at = 0; at < wire.length; at += step) found.push(...reader.push(wire.subarray(at, at + step)));
    reader.end();
    assert.deepEqual(found, PIECES);
  }
});

test('a base that ends within a piece, or holds one of unknown form, is damaged', () => {
  const wire = encodePieces(PIECES);
  for (const end of [3, 100, wire.length - 4]) {
    const reader = new PieceReader();
    reader.push(wire.subarray(0, end));
    assert.throws(() => reader.end(), { code: 'archive.damaged' });
  }
  const strange = Buffer.from(wire);
  strange.writeUInt8(7, 0);
  assert.throws(() => new PieceReader().push(strange), { code: 'archive.damaged' });
  strange.writeUInt8(0, 0);
  strange.writeUInt32BE(0xffff_ffff, 1);
  assert.throws(() => new PieceReader().push(strange), { code: 'archive.damaged' });
});
