import { numberIn, remark, textIn } from '#modules/check.rules.ts';
import type { Check } from '#value/record-rule.rules.ts';

/** A marker of a falsely flown flag names the flag: it is that State which says that the ship is not in its register. */
export const checkFalseFlag: Check = (values) =>
  textIn(values, 'false_flag_since') !== null && textIn(values, 'flag') === null
    ? [remark('flag', 'refused', 'Tell which flag is falsely flown.')]
    : [];

export const checkBuilt: Check = (values) => {
  const [built, delivered] = [numberIn(values, 'built'), textIn(values, 'delivered_on')];
  return built !== null && delivered !== null && Number(delivered.slice(0, 4)) < built
    ? [remark('delivered_on', 'asked', 'The ship was delivered before the year in which it was built.')]
    : [];
};

/** One thing that held of a ship from a day on. */
export type Held = { readonly value: string; readonly from: string };

/** Which flags a ship is said to have flown falsely, from when until when: from the history of the marker and that of the flag. */
export function listFalseFlags(
  markers: readonly { readonly from: string; readonly isSet: boolean }[],
  flags: readonly Held[],
): readonly { readonly flag: string; readonly from: string; readonly to: string | null }[] {
  const days = markers.toSorted((a, b) => (a.from < b.from ? -1 : 1));
  return days.flatMap((marker, at) => {
    const flag = flags.filter(({ from }) => from <= marker.from).toSorted((a, b) => (a.from < b.from ? 1 : -1))[0]?.value;
    if (!marker.isSet || flag === undefined || days[at - 1]?.isSet === true) return [];
    return [{ flag, from: marker.from, to: days.slice(at + 1).find(({ isSet }) => !isSet)?.from ?? null }];
  });
}
