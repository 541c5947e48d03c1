import { EstateError } from '@bulkhead/kernel';
import { readCString } from './frame.rules.ts';

const SSL_REQUEST = 80_877_103;
const GSSENC_REQUEST = 80_877_104;
const CANCEL_REQUEST = 80_877_102;
const PROTOCOL_MAJOR = 3;
const STARTUP_LIMIT_BYTES = 10_000;

/** The first packet of a connection, which carries no type. */
export type Startup =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'encryption'; readonly bytes: number }
  | { readonly kind: 'cancel' }
  | {
      readonly kind: 'startup';
      readonly bytes: number;
      readonly minor: number;
      readonly parameters: ReadonlyMap<string, string>;
    };

/** Reads a first packet. @throws EstateError `receiver.stream_broken` */
export function parseStartup(data: Buffer): Startup {
  if (data.length < 8) return { kind: 'incomplete' };
  const bytes = data.readUInt32BE(0);
  if (bytes < 8 || bytes > STARTUP_LIMIT_BYTES)
    throw new EstateError('receiver.stream_broken', 'greeting a standby: its first packet has an impossible length');
  if (data.length < bytes) return { kind: 'incomplete' };
  const code = data.readUInt32BE(4);
  if (code === SSL_REQUEST || code === GSSENC_REQUEST) return { kind: 'encryption', bytes };
  if (code === CANCEL_REQUEST) return { kind: 'cancel' };
  if (code >>> 16 !== PROTOCOL_MAJOR)
    throw new EstateError('receiver.stream_broken', 'greeting a standby: it speaks another protocol version');
  const parameters = new Map<string, string>();
  for (let at = 8; at < bytes && data[at] !== 0; ) {
    const name = readCString(data.subarray(0, bytes), at);
    const value = readCString(data.subarray(0, bytes), name.next);
    parameters.set(name.text, value.text);
    at = value.next;
  }
  return { kind: 'startup', bytes, minor: code & 0xffff, parameters };
}

/** A command of the replication protocol that the WAL server knows. */
export type Command =
  | { readonly kind: 'identify' }
  | { readonly kind: 'history'; readonly timeline: number }
  | { readonly kind: 'start'; readonly lsn: string; readonly timeline: number | undefined }
  | { readonly kind: 'show'; readonly setting: string }
  | { readonly kind: 'unknown' };

export function parseCommand(text: string): Command {
  const command = text.trim().replace(/;$/, '');
  if (/^IDENTIFY_SYSTEM$/i.test(command)) return { kind: 'identify' };
  const history = /^TIMELINE_HISTORY (\d{1,9})$/i.exec(command);
  if (history?.[1]) return { kind: 'history', timeline: Number(history[1]) };
  const show = /^SHOW ([a-z_]{1,40})$/i.exec(command);
  if (show?.[1]) return { kind: 'show', setting: show[1].toLowerCase() };
  const start =
    /^START_REPLICATION (?:SLOT "?\w{1,63}"? )?(?:PHYSICAL )?([0-9A-F]{1,8}\/[0-9A-F]{1,8})(?: TIMELINE (\d{1,9}))?$/i.exec(
      command,
    );
  if (start?.[1]) return { kind: 'start', lsn: start[1], timeline: start[2] === undefined ? undefined : Number(start[2]) };
  return { kind: 'unknown' };
}
