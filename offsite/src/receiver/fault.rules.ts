import { EstateError } from '@bulkhead/kernel';

/** Why a stream does not run, or what is wrong with an archive. */
export type Fault = { readonly code: string; readonly message: string; readonly at: string };

export function describeFault(error: unknown, at: Date): Fault {
  const code = error instanceof EstateError ? error.code : 'receiver.stream_broken';
  return { code, message: error instanceof Error ? error.message : String(error), at: at.toISOString() };
}

/** Faults that mean more than that headquarters does not answer. */
const GRAVE = new Set(['archive.gap', 'archive.damaged', 'disk.full', 'receiver.wrong_cluster', 'receiver.base_failed']);

export function isGrave(fault: Fault | undefined): boolean {
  return fault !== undefined && GRAVE.has(fault.code);
}

/** What only another cluster, or a join, can mend: that headquarters does not answer for a while says nothing against it. */
const LASTING = new Set(['archive.gap', 'receiver.wrong_cluster']);

/** Whether a fault stays what is told of a stream when it then failed for another reason. */
export function outlasts(standing: Fault | undefined, next: Fault): boolean {
  return standing !== undefined && LASTING.has(standing.code) && !isGrave(next);
}
