import type { Declaration } from './module.rules.ts';

/** To whom a State released a field of its record; null where it did not, or the declaration knows no release. */
export function releasedTo(
  { release }: Pick<Declaration, 'release'>,
  field: string,
  values: Readonly<Record<string, unknown>>,
): 'members' | 'public' | null {
  if (!release) return null;
  const [chosen, to] = [values[release.choose], values[release.to]];
  const isOpen =
    Array.isArray(chosen) && chosen.some((part: unknown) => typeof part === 'string' && release.opens[part]?.includes(field));
  return isOpen && (to === 'members' || to === 'public') ? to : null;
}
