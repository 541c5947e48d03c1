import { sleepMs } from '@bulkhead/kernel';
import type { Chance } from '../random.ts';
import type { Snapshot } from '../rows.store.ts';
import { AtWork } from './at-work.ts';
import type { Crew } from './crew.ts';
import { RegistryStaff } from './registry-staff.ts';
import type { Intent, Origin } from './staff.ts';

/** Below what watches take for a mass of changes by one person. */
const LEAST_BETWEEN_MS = 65;
const THROTTLED_MS = 500;
const BETWEEN_LOOKS_MS = 250;
/** Each part of a story has facilities of a port of its own. */
const PORTS = ['KEMBA', 'KELAU', 'KEKIS', 'KEMYD'] as const;
/** What honest people change; attackers change names and dates, so that most of what both did stands side by side. */
const CHANGED = ['port_name', 'contact', 'other_names', 'alternative'] as const;
const TRIES = 200;
/** The watch takes no notice of what somebody changes that they filed within a minute. */
const YOUNG_MS = 62_000;

/** How large a part of a story is: facilities that stand, of which so many are attacked, and honest requests at the least. */
export type Size = { readonly filed: number; readonly attacked: number; readonly honest: number };

/**
 * Honest people of the registry, at work all through an exercise: each keeps a part of the port facilities, files them, and
 * changes them again and again.
 */
export class Registrars implements Crew {
  readonly staff: RegistryStaff;
  readonly atWork: AtWork;
  readonly readRows: () => Promise<Snapshot>;
  readonly #chance: Chance;
  readonly #label: string;
  #size: Size = { filed: 0, attacked: 0, honest: 0 };
  #part = -1;
  #answeredBefore = 0;
  #filedAtMs = 0;
  #notes = 0;

  private constructor(staff: RegistryStaff, options: Gathered) {
    this.staff = staff;
    this.readRows = options.readRows;
    this.atWork = new AtWork({
      perform: (email, intent) => staff.perform(email, intent),
      now: options.now,
      throttledMs: THROTTLED_MS,
    });
    this.#chance = options.chance;
    this.#label = options.label;
  }

  static async gather(options: Gathered): Promise<Registrars> {
    return new Registrars(await RegistryStaff.gather(options), options);
  }

  /** The facilities that an attacker will alter, in their order. */
  get references(): readonly string[] {
    return Array.from({ length: this.#size.attacked }, (_, at) => this.#numberOf(at));
  }

  /** Requests that were answered with yes since this part began. */
  get answered(): number {
    return this.atWork.count.acknowledged.length - this.#answeredBefore;
  }

  /** Waits until what was filed has stood for a while, as most of a registry has. */
  async untilStanding(): Promise<void> {
    while (performance.now() - this.#filedAtMs < YOUNG_MS && !this.atWork.isStopped) await sleepMs(BETWEEN_LOOKS_MS);
  }

  /** Begins a part of the story, with facilities of its own. */
  begin(size: Size): void {
    this.#size = size;
    this.#part += 1;
    this.#answeredBefore = this.atWork.count.acknowledged.length;
    const { emails } = this.staff;
    this.atWork.begin(emails.map((email, place) => () => this.#keep(email, place, emails.length)));
  }

  async letIn(): Promise<void> {
    await this.staff.signInWhereNeeded();
  }

  async leaveNote(name: string): Promise<string | undefined> {
    this.#notes += 1;
    const text = `${this.#label} follow ${name}`;
    const at = this.#size.filed + this.#notes - 1;
    const fields = { ...this.#firstFields(at), contact: text };
    const intent: Intent = { kind: 'create', slug: this.#numberOf(at), fields };
    return (await this.atWork.act(this.staff.emails[0] ?? '', intent)) ? text : undefined;
  }

  /** Whoever keeps a facility. */
  keeperOf(at: number): string {
    const { emails } = this.staff;
    return emails[at % emails.length] ?? '';
  }

  /** Each keeps every n-th facility: files it, and once all are filed changes one after the other. */
  async #keep(email: string, place: number, keepers: number): Promise<void> {
    const { atWork } = this;
    const { filed, honest } = this.#size;
    for (let at = place; at < filed && !atWork.isStopped; at += keepers) {
      const intent: Intent = { kind: 'create', slug: this.#numberOf(at), fields: this.#firstFields(at) };
      for (let tries = 0; tries < TRIES && !atWork.isStopped; tries += 1) {
        await this.#rest();
        if (!(await atWork.act(email, intent))) continue;
        this.#filedAtMs = performance.now();
        break;
      }
    }
    const own = Math.max(0, Math.ceil((filed - place) / keepers));
    for (let turn = 1; !atWork.isStopped; turn += 1) {
      await this.#rest();
      // What was wanted is written: a few more show that the registry is open.
      if (own === 0 || this.answered >= honest) await sleepMs(THROTTLED_MS);
      if (own === 0 || atWork.isStopped) continue;
      const slug = this.#numberOf(place + (turn % own) * keepers);
      if (this.staff.where(slug) === undefined && atWork.count.inDoubt.has(slug)) continue;
      const field = this.#chance.pick(CHANGED);
      await atWork.act(email, {
        kind: 'change',
        slug,
        fields: { [field]: `${this.#label}, note ${turn} of keeper ${place}` },
      });
    }
  }

  async #rest(): Promise<void> {
    await sleepMs(LEAST_BETWEEN_MS);
    await this.atWork.untilGoingOn();
  }

  get #port(): string {
    return PORTS[Math.max(0, this.#part) % PORTS.length] ?? PORTS[0];
  }

  #numberOf(at: number): string {
    return `${this.#port}-${String(at + 1).padStart(4, '0')}`;
  }

  #firstFields(at: number): Record<string, string> {
    return {
      name: `Sample terminal ${at + 1}`,
      country: 'KEN',
      port: this.#port,
      port_name: 'Mombasa',
      plan_approved: 'yes',
      compliance_until: '2031-12-31',
    };
  }
}

type Gathered = Origin & {
  readonly chance: Chance;
  readonly label: string;
  readonly readRows: () => Promise<Snapshot>;
};
