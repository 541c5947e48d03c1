import { EstateError, hasCode, type Now, sleepMs } from '@bulkhead/kernel';
import type { Chance } from '../random.ts';
import type { Snapshot } from '../rows.store.ts';
import type { Crew } from './crew.ts';
import { type HonestRequest, REFUSED_AT_DOOR } from './people.ts';
import { RegistryStaff } from './registry-staff.ts';
import type { Intent, Origin } from './staff.ts';

/** Below what watches take for a mass of changes by one person. */
const LEAST_BETWEEN_MS = 65;
const THROTTLED_MS = 500;
const QUIET_POLL_MS = 5;
const PORT = 'KEMBA';
/** What honest people change; attackers change names and dates, so that most of what both did stands side by side. */
const CHANGED = ['port_name', 'contact', 'other_names', 'alternative'] as const;
const TRIES = 200;

/** How large a story of the registry is. */
export type Size = { readonly records: number; readonly honest: number };

/**
 * Honest people of the registry, at work all through an exercise: each keeps a part of the port facilities, files them, and
 * changes them again and again. Every answer is noted.
 */
export class Registrars implements Crew {
  readonly staff: RegistryStaff;
  readonly size: Size;
  readonly readRows: () => Promise<Snapshot>;
  readonly #acknowledged: HonestRequest[] = [];
  readonly #inDoubt = new Set<string>();
  readonly #stop = new AbortController();
  readonly #chance: Chance;
  readonly #now: Now;
  readonly #label: string;
  #refused = 0;
  #underWay = 0;
  #isPaused = false;
  #notes = 0;
  #running: Promise<void>[] = [];

  private constructor(staff: RegistryStaff, options: Omit<Gathered, keyof Origin> & { readonly now: Now }) {
    this.staff = staff;
    this.size = options.size;
    this.readRows = options.readRows;
    this.#chance = options.chance;
    this.#now = options.now;
    this.#label = options.label;
  }

  static async gather(options: Gathered): Promise<Registrars> {
    return new Registrars(await RegistryStaff.gather(options), options);
  }

  get count(): Crew['count'] {
    return { acknowledged: this.#acknowledged, refused: this.#refused, inDoubt: this.#inDoubt };
  }

  /** The facilities that an attacker will alter, in their order. */
  get references(): readonly string[] {
    return Array.from({ length: this.size.records }, (_, at) => numberOf(at));
  }

  work(): void {
    const { emails } = this.staff;
    this.#running = emails.map((email, place) => this.#keep(email, place, emails.length));
  }

  async pause(): Promise<void> {
    this.#isPaused = true;
    while (this.#underWay > 0) await sleepMs(QUIET_POLL_MS);
  }

  goOn(): void {
    this.#isPaused = false;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  async letIn(): Promise<void> {
    await this.staff.signInWhereNeeded();
  }

  async leaveNote(name: string): Promise<string | undefined> {
    this.#notes += 1;
    const text = `${this.#label} follow ${name}`;
    const slug = numberOf(this.size.records + this.#notes - 1);
    const fields = { ...firstFields(this.size.records + this.#notes - 1), contact: text };
    return (await this.act(this.staff.emails[0] ?? '', { kind: 'create', slug, fields })) ? text : undefined;
  }

  /** Somebody does something besides their work; @returns undefined when it was refused or not answered */
  async act(email: string, intent: Intent): Promise<HonestRequest | undefined> {
    const sentAt = this.#now();
    this.#underWay += 1;
    try {
      const version = await this.staff.perform(email, intent);
      const done = { requestId: version.requestId, email, intent, version, sentAt, answeredAt: this.#now() };
      this.#acknowledged.push(done);
      return done;
    } catch (error) {
      if (hasCode(error, 'wire.unreachable')) this.#inDoubt.add(intent.slug);
      else if (error instanceof EstateError && hasCode(error, 'wire.refused'))
        await this.#noteRefusal(error.message, intent.slug);
      else throw error;
      return undefined;
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Whoever keeps a facility. */
  keeperOf(at: number): string {
    const { emails } = this.staff;
    return emails[at % emails.length] ?? '';
  }

  async #noteRefusal(why: string, slug: string): Promise<void> {
    if (why.includes('status 429')) await sleepMs(THROTTLED_MS);
    else if (/status 5\d\d/.test(why) && !REFUSED_AT_DOOR.test(why)) this.#inDoubt.add(slug);
    else this.#refused += 1;
  }

  /** Each keeps every n-th facility: files it, and once all are filed changes one after the other. */
  async #keep(email: string, place: number, keepers: number): Promise<void> {
    for (let at = place; at < this.size.records && !this.#stop.signal.aborted; at += keepers) {
      const intent: Intent = { kind: 'create', slug: numberOf(at), fields: firstFields(at) };
      for (let tries = 0; tries < TRIES && !this.#stop.signal.aborted; tries += 1) {
        await this.#rest();
        if (await this.act(email, intent)) break;
      }
    }
    const own = Math.max(0, Math.ceil((this.size.records - place) / keepers));
    for (let turn = 1; !this.#stop.signal.aborted; turn += 1) {
      await this.#rest();
      // What was wanted is written: a few more show that the registry is open.
      if (own === 0 || this.#acknowledged.length >= this.size.honest) await sleepMs(THROTTLED_MS);
      if (own === 0 || this.#stop.signal.aborted) continue;
      const slug = numberOf(place + (turn % own) * keepers);
      if (this.staff.where(slug) === undefined && this.#inDoubt.has(slug)) continue;
      const field = this.#chance.pick(CHANGED);
      await this.act(email, { kind: 'change', slug, fields: { [field]: `${this.#label}, note ${turn} of keeper ${place}` } });
    }
  }

  async #rest(): Promise<void> {
    await sleepMs(LEAST_BETWEEN_MS);
    while (this.#isPaused && !this.#stop.signal.aborted) await sleepMs(QUIET_POLL_MS);
  }
}

type Gathered = Origin & {
  readonly chance: Chance;
  readonly label: string;
  readonly size: Size;
  readonly readRows: () => Promise<Snapshot>;
};

function numberOf(at: number): string {
  return `${PORT}-${String(at + 1).padStart(4, '0')}`;
}

function firstFields(at: number): Record<string, string> {
  return {
    name: `Sample terminal ${at + 1}`,
    country: 'KEN',
    port: PORT,
    port_name: 'Mombasa',
    plan_approved: 'yes',
    compliance_until: '2031-12-31',
  };
}
