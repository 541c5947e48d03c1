import { EstateError, sleepMs } from '@bulkhead/kernel';
import type { Version } from '#sample/newsroom.ts';
import { OVERTAKEN, type ReadRecord, RegistryMember } from '#sample/registry-member.ts';
import { type Intent, OPEN_LIMIT_MS, type Origin } from './staff.ts';

export const REGISTRY = 'gisis';
export const MODULE = 'maritime-security';
const ROLES = ['maritime-security-officer', 'secretariat'];
/** Who files and changes; whose session is stolen. */
export const VICTIM = 'registrar@sample.invalid';
/** What an officer writes beside a change. */
export const SOURCE = 'Simulated: an honest report of the port';
const TIMES_OVERTAKEN = 5;
const OPEN_POLL_MS = 250;

/** The registry's people of one estate, signed in, who know by its number how each port facility of theirs stands. */
export class RegistryStaff {
  readonly #members: ReadonlyMap<string, RegistryMember>;
  readonly #standing = new Map<string, ReadRecord>();

  private constructor(members: ReadonlyMap<string, RegistryMember>) {
    this.#members = members;
  }

  /** Signs everybody in. */
  static async gather(options: Origin): Promise<RegistryStaff> {
    const able = options.accounts.filter(({ roles }) => roles[REGISTRY]?.some((role) => ROLES.includes(role)));
    if (able.length < 2) throw new RangeError('the sample has nobody who keeps port facilities');
    const members = new Map<string, RegistryMember>();
    for (const account of able) members.set(account.email, new RegistryMember({ ...options, account }));
    for (const member of members.values()) await member.signIn();
    return new RegistryStaff(members);
  }

  get emails(): readonly string[] {
    return [...this.#members.keys()];
  }

  member(email: string): RegistryMember {
    const found = this.#members.get(email);
    if (found) return found;
    throw new EstateError('config.invalid', `looking for ${email} in the registry: nobody of this name is signed in`);
  }

  /** How a record stood when one of them last read or wrote it. */
  where(reference: string): ReadRecord | undefined {
    return this.#standing.get(reference);
  }

  /**
   * Does what somebody set out to do. Whoever is overtaken reads the record anew, and sends what they typed with what stands.
   * @throws EstateError `wire.refused`, `wire.unreachable`
   */
  async perform(email: string, intent: Intent): Promise<Version> {
    const member = this.member(email);
    if (intent.kind === 'create') return this.#file(member, intent);
    if (intent.kind !== 'change') throw new EstateError('wire.refused', `${intent.kind}: nothing of the registry is done so`);
    for (let left = TIMES_OVERTAKEN; ; left -= 1) {
      try {
        return await this.#change(member, intent);
      } catch (error) {
        if (left === 0 || !isOvertaken(error)) throw error;
        this.#standing.delete(intent.slug);
      }
    }
  }

  /**
   * Whether what somebody set out to do stands in the record: asked when no answer came.
   * @throws EstateError `wire.refused`, `wire.unreachable`
   */
  async stands(email: string, { slug, ...intent }: Intent): Promise<boolean> {
    try {
      const record = await readTyped(this.member(email), slug);
      this.#standing.set(slug, record);
      const typed = 'fields' in intent ? Object.entries(intent.fields) : [];
      return typed.every(([name, value]) => record.fields[name] === value);
    } catch (error) {
      if (error instanceof EstateError && error.message.includes('status 404')) return false;
      throw error;
    }
  }

  /** Whoever is not let in any more signs in anew, as soon as the registry answers. */
  async signInWhereNeeded(): Promise<void> {
    for (const member of this.#members.values()) if ((await readWhenOpen(member)) !== 200) await member.signIn();
  }

  leave(): void {
    for (const member of this.#members.values()) member.leave();
  }

  async #file(member: RegistryMember, { slug, fields }: Extract<Intent, { kind: 'create' }>): Promise<Version> {
    const requestId = await member.file(MODULE, { ...fields, facility_number: slug, source: SOURCE });
    this.#standing.set(slug, { revision: 1, fields });
    return { id: 0, number: 1, digest: '', requestId };
  }

  async #change(member: RegistryMember, { slug, fields }: Extract<Intent, { kind: 'change' }>): Promise<Version> {
    const path = pathOf(slug);
    const standing = this.#standing.get(slug) ?? (await readTyped(member, slug));
    const all = { ...standing.fields, ...fields };
    const requestId = await member.change(path, standing.revision, { ...all, source: SOURCE });
    const number = standing.revision + 1;
    this.#standing.set(slug, { revision: number, fields: all });
    return { id: 0, number, digest: '', requestId };
  }
}

/** A record as its form would send it again: the number that names it is not asked for. */
export async function readTyped(member: RegistryMember, reference: string): Promise<ReadRecord> {
  const { revision, fields } = await member.readRecord(pathOf(reference));
  const { facility_number: _, ...typed } = fields;
  return { revision, fields: typed };
}

export function pathOf(reference: string): string {
  return `/${MODULE}/${reference}`;
}

function isOvertaken(error: unknown): boolean {
  return error instanceof EstateError && error.message.includes(`status ${OVERTAKEN}`);
}

async function readWhenOpen(member: RegistryMember): Promise<number> {
  const deadline = performance.now() + OPEN_LIMIT_MS;
  for (;;) {
    const { status } = await member.read('/for-you');
    if ((status !== 429 && status !== 503) || performance.now() > deadline) return status;
    await sleepMs(OPEN_POLL_MS);
  }
}
