import type { Position } from './value.rules.ts';

/** More corners than any region of the plan has. */
export const MOST_CORNERS = 250;

/** Longitude and latitude on a plane. */
export type Corner = readonly [x: number, y: number];

/**
 * A ring on a plane: each side goes the short way around the earth, so that longitudes may pass 180. Null where its sides lead around
 * the earth: such a ring has no inside on a plane.
 */
export function unroll(corners: readonly Position[]): readonly Corner[] | null {
  const ring: Corner[] = [];
  let x = corners[0]?.lon ?? 0;
  for (const [at, { lat, lon }] of corners.entries()) {
    if (at > 0) x += shortWay(lon - (corners[at - 1]?.lon ?? 0));
    ring.push([round(x), lat]);
  }
  const back = x + shortWay((corners[0]?.lon ?? 0) - (corners.at(-1)?.lon ?? 0));
  return Math.abs(back - (corners[0]?.lon ?? 0)) < 1 ? ring : null;
}

function shortWay(degrees: number): number {
  return degrees > 180 ? degrees - 360 : degrees < -180 ? degrees + 360 : degrees;
}

function round(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6;
}

/** The first two sides, by the corners that they begin at, that cross, touch or lie on each other; null where none do. */
export function findCrossing(ring: readonly Corner[]): readonly [number, number] | null {
  const side = (at: number): readonly [Corner, Corner] => [
    ring[at % ring.length] ?? [0, 0],
    ring[(at + 1) % ring.length] ?? [0, 0],
  ];
  for (let one = 0; one < ring.length; one += 1)
    for (let other = one + 1; other < ring.length; other += 1) {
      const isNext = other === one + 1;
      const isLast = one === 0 && other === ring.length - 1;
      const [a, b] = side(one);
      const [c, d] = side(other);
      const crosses = isNext ? turnsBack(a, b, d) : isLast ? turnsBack(c, d, b) : meet([a, b], [c, d]);
      if (crosses) return [one, other];
    }
  return null;
}

/** Two sides that follow each other meet in their corner alone, unless the second leads back over the first. */
function turnsBack([ax, ay]: Corner, [bx, by]: Corner, [cx, cy]: Corner): boolean {
  const isStraight = turn([ax, ay], [bx, by], [cx, cy]) === 0;
  return isStraight && (bx - ax) * (cx - bx) + (by - ay) * (cy - by) < 0;
}

type Side = readonly [Corner, Corner];

function meet([a, b]: Side, [c, d]: Side): boolean {
  const [c1, d1, a1, b1] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (c1 * d1 < 0 && a1 * b1 < 0) return true;
  return (
    (c1 === 0 && isWithin(a, b, c)) ||
    (d1 === 0 && isWithin(a, b, d)) ||
    (a1 === 0 && isWithin(c, d, a)) ||
    (b1 === 0 && isWithin(c, d, b))
  );
}

/** To which side a third corner lies: exact in millionths of a degree. */
function turn([ax, ay]: Corner, [bx, by]: Corner, [cx, cy]: Corner): number {
  const whole = (degrees: number) => BigInt(Math.round(degrees * 1e6));
  const product = (whole(bx) - whole(ax)) * (whole(cy) - whole(ay)) - (whole(by) - whole(ay)) * (whole(cx) - whole(ax));
  return product > 0n ? 1 : product < 0n ? -1 : 0;
}

function isWithin([ax, ay]: Corner, [bx, by]: Corner, [cx, cy]: Corner): boolean {
  return cx >= Math.min(ax, bx) && cx <= Math.max(ax, bx) && cy >= Math.min(ay, by) && cy <= Math.max(ay, by);
}

/** More corners along each side, so that it is drawn as it is on a chart and not as a great circle. */
export function refine(ring: readonly Corner[], step: number): readonly Corner[] {
  return ring.flatMap(([x, y], at): Corner[] => {
    const next = ring[at + 1];
    if (next === undefined) return [[x, y]];
    const parts = Math.max(1, Math.ceil(Math.max(Math.abs(next[0] - x), Math.abs(next[1] - y)) / step));
    return Array.from(
      { length: parts },
      (_, part): Corner => [x + ((next[0] - x) * part) / parts, y + ((next[1] - y) * part) / parts],
    );
  });
}
