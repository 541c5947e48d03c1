/** A piece of BER: a tag of one byte, a definite length, and what it holds (X.690; RFC 4511, 5.1). */
type Piece = { readonly tag: number; readonly content: Buffer };

const SEQUENCE = 0x30;
const SET = 0x31;
const OCTETS = 0x04;
const INTEGER = 0x02;
const ENUMERATED = 0x0a;
const BIND_RESPONSE = 0x61;
const SEARCH_ENTRY = 0x64;
const SEARCH_DONE = 0x65;
const EXTENDED_RESPONSE = 0x78;
const MOST_VALUES = 5000;
/** A name of an attribute with its options (RFC 4512, 2.5). */
const ATTRIBUTE = /^[A-Za-z0-9][A-Za-z0-9.;-]{0,199}$/;

/** The longest answer that is taken, in bytes: an entry and its groups. */
export const LONGEST_MESSAGE = 262_144;

/** Asks a server to go on with TLS (RFC 4511, 4.14), as message 1. */
export const START_TLS = write(SEQUENCE, [
  write(INTEGER, [Buffer.of(1)]),
  write(0x77, [write(0x80, [Buffer.from('1.3.6.1.4.1.1466.20037')])]),
]);

/** What a stream begins with: a whole message, a message that is not there whole yet, or something else. */
export type Read =
  | { readonly kind: 'message'; readonly bytes: number; readonly passed: Buffer | null }
  | { readonly kind: 'more' }
  | { readonly kind: 'refused' };

/**
 * Reads the first message of a stream, and makes it anew of what was understood: the library behind trusts lengths that a server
 * made up. Only answers to what is asked here pass; references elsewhere, controls and notices are dropped (`passed` is null).
 */
export function readMessage(stream: Buffer): Read {
  const head = readHead(stream);
  if (head === 'more') return stream.length > LONGEST_MESSAGE ? { kind: 'refused' } : { kind: 'more' };
  if (head === null || head.tag !== SEQUENCE || head.start + head.length > LONGEST_MESSAGE) return { kind: 'refused' };
  const bytes = head.start + head.length;
  if (stream.length < bytes) return { kind: 'more' };
  const passed = remake(stream.subarray(head.start, bytes));
  return passed === 'refused' ? { kind: 'refused' } : { kind: 'message', bytes, passed };
}

/** Whether a server agreed to TLS, in one message with nothing behind it: what came before TLS is believed in nothing else. */
export function isStartTlsAgreed(bytes: Buffer): boolean | 'more' {
  const head = readHead(bytes);
  if (head === 'more') return bytes.length > 1024 ? false : 'more';
  if (head === null || head.tag !== SEQUENCE || head.length > 1024) return false;
  if (bytes.length < head.start + head.length) return 'more';
  const [id, operation] = readPieces(bytes.subarray(head.start)) ?? [];
  const [code] = operation?.tag === EXTENDED_RESPONSE ? (readPieces(operation.content) ?? []) : [];
  const isFirst = id?.tag === INTEGER && id.content.equals(Buffer.of(1));
  return bytes.length === head.start + head.length && isFirst && code?.tag === ENUMERATED && code.content.equals(Buffer.of(0));
}

function remake(inside: Buffer): Buffer | null | 'refused' {
  const [id, operation] = readPieces(inside) ?? [];
  if (id?.tag !== INTEGER || id.content.length === 0 || id.content.length > 4 || !operation) return 'refused';
  const isResult = operation.tag === BIND_RESPONSE || operation.tag === SEARCH_DONE;
  if (!isResult && operation.tag !== SEARCH_ENTRY) return null;
  const made = isResult ? remakeResult(operation) : remakeEntry(operation);
  return made ? write(SEQUENCE, [write(id.tag, [id.content]), made]) : 'refused';
}

function remakeResult({ tag, content }: Piece): Buffer | null {
  const [code, matched, text] = readPieces(content) ?? [];
  if (code?.tag !== ENUMERATED || code.content.length !== 1 || matched?.tag !== OCTETS || text?.tag !== OCTETS) return null;
  // What a server says in words could hold what was sent to it: nobody reads it.
  return write(tag, [write(ENUMERATED, [code.content]), write(OCTETS, []), write(OCTETS, [])]);
}

function remakeEntry({ tag, content }: Piece): Buffer | null {
  const [dn, list, ...more] = readPieces(content) ?? [];
  if (dn?.tag !== OCTETS || list?.tag !== SEQUENCE || more.length > 0) return null;
  const attributes = readPieces(list.content)?.map(remakeAttribute);
  if (!attributes) return null;
  const made = attributes.flatMap((attribute) => attribute ?? []);
  if (made.length !== attributes.length) return null;
  return write(tag, [write(OCTETS, [dn.content]), write(SEQUENCE, made)]);
}

function remakeAttribute({ tag, content }: Piece): Buffer | null {
  const [type, set, ...more] = readPieces(content) ?? [];
  if (tag !== SEQUENCE || type?.tag !== OCTETS || set?.tag !== SET || more.length > 0) return null;
  if (!ATTRIBUTE.test(type.content.toString('latin1'))) return null;
  const values = readPieces(set.content);
  if (!values || values.some((value) => value.tag !== OCTETS)) return null;
  return write(SEQUENCE, [
    write(OCTETS, [type.content]),
    write(
      SET,
      values.map((value) => write(OCTETS, [value.content])),
    ),
  ]);
}

/** All pieces that stand beside each other, which fill the whole; else null. */
function readPieces(bytes: Buffer): readonly Piece[] | null {
  const pieces: Piece[] = [];
  for (let at = 0; at < bytes.length; ) {
    const rest = bytes.subarray(at);
    const head = readHead(rest);
    if (head === null || head === 'more' || head.start + head.length > rest.length || pieces.length >= MOST_VALUES) return null;
    pieces.push({ tag: head.tag, content: rest.subarray(head.start, head.start + head.length) });
    at += head.start + head.length;
  }
  return pieces;
}

function readHead(bytes: Buffer): { readonly tag: number; readonly start: number; readonly length: number } | 'more' | null {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) return 'more';
  if ((tag & 0x1f) === 0x1f) return null;
  if (first < 0x80) return { tag, start: 2, length: first };
  const size = first & 0x7f;
  if (size === 0 || size > 4) return null;
  if (bytes.length < 2 + size) return 'more';
  return { tag, start: 2 + size, length: bytes.readUIntBE(2, size) };
}

function write(tag: number, contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  if (content.length < 0x80) return Buffer.concat([Buffer.of(tag, content.length), content]);
  const length = Buffer.alloc(5);
  length[0] = 0x84;
  length.writeUInt32BE(content.length, 1);
  return Buffer.concat([Buffer.of(tag), length, content]);
}
