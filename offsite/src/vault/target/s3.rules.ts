import type { S3Settings } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';

const MIB = 1_048_576;
/** Up to here an object goes in one call. */
export const WHOLE_BYTES = 16 * MIB;
/** S3 takes at most 10,000 parts. */
const PARTS_LIMIT = 9000;
const DAY_MS = 86_400_000;

export type Part = { readonly number: number; readonly from: number; readonly bytes: number };

/** How a large object is cut for sending. */
export function cutInParts(bytes: number): Part[] {
  const partBytes = Math.max(WHOLE_BYTES, Math.ceil(bytes / PARTS_LIMIT / MIB) * MIB);
  const parts: Part[] = [];
  for (let from = 0; from < bytes; from += partBytes)
    parts.push({ number: parts.length + 1, from, bytes: Math.min(partBytes, bytes - from) });
  return parts;
}

/** What is asked for with each new object: the lock, and that nothing stand there. */
export function termsOf({ lockDays, conditionalPut }: S3Settings, now: Date) {
  return {
    lock:
      lockDays === 0
        ? {}
        : {
            ObjectLockMode: 'COMPLIANCE' as const,
            ObjectLockRetainUntilDate: new Date(now.getTime() + lockDays * DAY_MS),
          },
    condition: conditionalPut ? { IfNoneMatch: '*' } : {},
  };
}

/** What an S3 service answered, without its text, which may name the caller. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const metadata: unknown = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

/** The service's name for a fault: `NoSuchKey`, `AccessDenied` and the like. */
export function faultOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}

export function targetFailed(doing: string, cause: unknown): EstateError {
  const status = statusOf(cause);
  return new EstateError('vault.target_failed', `${doing}: the S3 service answered ${status ?? 'nothing'} (${faultOf(cause)})`, {
    cause: new Error(`${faultOf(cause)}, status ${status ?? 'none'}`),
  });
}
