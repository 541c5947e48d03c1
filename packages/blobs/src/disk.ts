import { EstateError } from '@bulkhead/kernel';

/** Whether a file operation failed for want of room: the disk, a quota or a limit on file sizes. */
export function isDiskFull(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
}

/** Turns want of room into `disk.full`; anything else comes back unchanged. */
export function refuseFullDisk(error: unknown, doing: string): unknown {
  return isDiskFull(error) ? new EstateError('disk.full', doing, { cause: error }) : error;
}

/** Whether a file or directory is not there. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
