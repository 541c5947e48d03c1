import type { RestoreTarget } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { readInstant } from '#investigation/instant.ts';
import { type Given, textOf } from '../command.ts';

const LSN = /^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/i;

/** Where a restore is to end, as `--to` and `--before` say; undefined for the newest position. @throws EstateError `input.invalid` */
export function readTarget(given: Given, now: Date): RestoreTarget | undefined {
  const [to, before] = [textOf(given, 'to'), textOf(given, 'before')];
  if (to !== undefined && before !== undefined)
    throw new EstateError('input.invalid', 'reading the words: give --to or --before, not both');
  if (before !== undefined) {
    if (/^\d{1,10}$/.test(before)) return { to: 'before', xid: before };
    throw new EstateError(
      'input.invalid',
      `reading --before ${before}: give the number of a transaction, for example --before 8412; "bulkhead history" shows them`,
    );
  }
  if (to === undefined || to === 'now') return undefined;
  if (LSN.test(to)) return { to: 'lsn', lsn: to.toUpperCase() };
  return { to: 'time', at: readInstant('to', to, now) };
}
