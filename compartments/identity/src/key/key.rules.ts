import type { JsonWebKey } from 'node:crypto';

export const KEY_ALGS = ['EdDSA', 'RS256'] as const;
export type KeyAlg = (typeof KEY_ALGS)[number];

export type SigningKeyRow = {
  readonly id: string;
  readonly alg: KeyAlg;
  readonly publicJwk: JsonWebKey;
  /** Null once the key is retired. */
  readonly sealed: string | null;
  readonly madeAt: Date;
  readonly useFrom: Date;
  readonly retiredAt: Date | null;
};

const DAY_MS = 86_400_000;
/** A key signs so long before the next one takes its place. */
export const SIGNS_MS = 30 * DAY_MS;
/** It is shown so long before it signs: whoever keeps our keys has it by then. */
export const ANNOUNCED_MS = DAY_MS;
/** And so long after it signed last, when nothing signed with it is good any more. */
export const SHOWN_AFTER_MS = DAY_MS;

export type KeyPlan = {
  /** Keys to make, and from when they sign. */
  readonly make: readonly { readonly alg: KeyAlg; readonly useFrom: Date }[];
  /** Keys whose private part is to be destroyed. */
  readonly retire: readonly string[];
};

/** What is to be done about the keys: make the next in time, retire those whose time is over [F7]. */
export function planKeys(keys: readonly SigningKeyRow[], now: Date): KeyPlan {
  const make: { alg: KeyAlg; useFrom: Date }[] = [];
  const retire: string[] = [];
  for (const alg of KEY_ALGS) {
    const usable = keys.filter((key) => key.alg === alg && key.retiredAt === null).toSorted(byUse);
    const signing = usable.findLast((key) => key.useFrom <= now);
    const isNextThere = usable.some((key) => key.useFrom > now);
    if (!signing) make.push({ alg, useFrom: now });
    else if (!isNextThere && now.getTime() - signing.useFrom.getTime() >= SIGNS_MS - ANNOUNCED_MS)
      make.push({ alg, useFrom: new Date(now.getTime() + ANNOUNCED_MS) });
    for (const [at, key] of usable.entries()) {
      const next = usable[at + 1];
      if (next && next.useFrom.getTime() + SHOWN_AFTER_MS <= now.getTime()) retire.push(key.id);
    }
  }
  return { make, retire };
}

/** The keys that are shown and may sign, for each algorithm the signing one first, the announced ones last. */
export function orderKeys<Key extends SigningKeyRow>(keys: readonly Key[], now: Date): Key[] {
  const shown = keys.filter((key) => key.retiredAt === null);
  const rank = (key: Key) => (key.useFrom <= now ? -key.useFrom.getTime() : key.useFrom.getTime());
  return shown.toSorted((left, right) => left.alg.localeCompare(right.alg) || rank(left) - rank(right));
}

function byUse(left: SigningKeyRow, right: SigningKeyRow): number {
  return left.useFrom.getTime() - right.useFrom.getTime();
}
