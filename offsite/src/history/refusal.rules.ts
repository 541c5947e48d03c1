/** So often in a row the same thing is said at the same place before it is believed to be so for ever. */
const PATIENCE = 6;

/**
 * What passes by itself: connections (08), conflicts with replay (40), a lack of room, memory or connections (53), a slot in
 * use (55), shut-downs and cancellations (57), the file system (58).
 */
const PASSING = /: (?:ERROR|FATAL|PANIC) (?:08|40|53|55|57|58)[0-9A-Z]{3}:/;
const REFUSED = /: ERROR [0-9A-Z]{5}:|out of bounds/;

/** Whether it is the server that does not go on, not the connection to it. */
export function isRefusal(reason: string): boolean {
  return REFUSED.test(reason);
}

/** How often in a row the jail's server refused to go on at one place, and whether waiting helps. */
export class Refusals {
  #lsn = -1;
  #reason = '';
  #count = 0;

  note(lsn: number, reason: string): void {
    const isSame = lsn === this.#lsn && reason === this.#reason;
    this.#count = isSame ? this.#count + 1 : 1;
    this.#lsn = lsn;
    this.#reason = reason;
  }

  get isHopeless(): boolean {
    return this.#count >= PATIENCE && isRefusal(this.#reason) && !PASSING.test(this.#reason);
  }
}
