import type { ControlKind } from '@bulkhead/contracts';

/**
 * Where artefacts of each kind lie in a compartment's archive, by their path in it. A new layout needs a line here and nothing
 * else: damage is a byte of such a file turned over.
 */
export const ARTEFACTS: Readonly<Record<ControlKind, RegExp | undefined>> = {
  segment: /(^|\/)wal\/[0-9A-F]{24}(\.zst(\.enc)?)?$/,
  base: /(^|\/)(base\/[^/]+\/base\.tar|pack\/[^/]+\.pack)$/,
  index: /(^|\/)wal\/index\.ndjson$/,
  key: /(^|\/)keys\/[^/]+\.age$/,
  // Blobs are the vault's.
  blob: undefined,
};

/** Files that grow, or that are written where they stand: of these a copy has bytes of its own. */
export function isChanging(path: string): boolean {
  return /\.(partial|ndjson|json)$/.test(path);
}

/** Files that are of no use in a copy, or that are being made. */
export function isPassing(path: string): boolean {
  return /\.tmp$|(^|\/)room\.reserve$|\.building(\/|$)/.test(path);
}

/** A growing segment's end is not vouched for by a digest: damage is planted where one stands. */
export function isArtefact(kind: ControlKind, path: string): boolean {
  return !path.endsWith('.partial') && (ARTEFACTS[kind]?.test(path) ?? false);
}

/** Where in a file of so many bytes the damage goes: in an index, where its newest line tells a digest. */
export function placeOfDamage(kind: ControlKind, bytes: number, seed: number): number {
  if (kind === 'index') return Math.max(0, bytes - 10);
  return seed % Math.max(1, bytes);
}
