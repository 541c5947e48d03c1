import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EstateAccount } from '@bulkhead/testkit';
import { type Page, signIn, Visitor } from '@bulkhead/visitor';
import { z } from 'zod';
import { type Described, originOf } from './sites.ts';

const versionSchema = z.object({ id: z.number(), number: z.number(), digest: z.string() });
export type Version = z.infer<typeof versionSchema>;
type Fields = Readonly<Record<string, string>>;

const JSON_ONLY = { accept: 'application/json' };

/** The first sample account with a role of a compartment; another one is `at` 1. */
export function accountWith(estate: Described, compartment: string, role: string, at = 0): EstateAccount {
  const found = estate.description.accounts.filter(({ roles }) => roles[compartment]?.includes(role))[at];
  assert.ok(found, `no sample account is ${role} of ${compartment}`);
  return found;
}

/** Somebody who is signed in to the newsroom. */
export class Member {
  readonly visitor: Visitor;
  readonly origin: string;

  private constructor(estate: Described, address: string, certificates: string | undefined) {
    this.visitor = new Visitor({ address, ...(certificates ? { certificates } : {}) });
    this.origin = originOf(estate, 'newsroom');
  }

  /** @param address where the gateway listens; @param certificates trusted beside the system's, PEM */
  static async enter(
    estate: Described,
    role: 'editor' | 'reviewer',
    address = '127.0.0.1',
    certificates?: string,
  ): Promise<Member> {
    const member = new Member(estate, address, certificates);
    const page = await signIn(member.visitor, `${member.origin}/`, accountWith(estate, 'website', role), () => new Date());
    assert.equal(page.status, 200, page.text);
    return member;
  }

  read(path: string): Promise<Page> {
    return this.visitor.visit(`${this.origin}${path}`, { redirects: 0 });
  }

  /** Sends a form and gives the answer, whatever it is. */
  send(path: string, form: Fields = {}): Promise<Page> {
    return this.visitor.visit(`${this.origin}${path}`, { form, headers: JSON_ONLY, redirects: 0 });
  }

  createDraft(slug: string, fields: Fields = {}): Promise<Page> {
    const text = { 'title-en': `Note ${slug}`, 'summary-en': `A note, ${slug}.`, 'body-en': `The text of ${slug}.` };
    return this.send('/articles', { kind: 'news', slug, ...text, ...fields });
  }

  leave(): void {
    this.visitor.leave();
  }
}

/** What the newsroom answered to whoever created, submitted or approved a version. */
export function versionIn(page: Page): Version {
  assert.ok(page.status < 300, `status ${page.status}: ${page.text}`);
  return versionSchema.parse(JSON.parse(page.text));
}

export function pathOf({ id, number }: Version): string {
  return `/articles/${id}/versions/${number}`;
}

/** An editor writes and submits, a reviewer approves. */
export async function publish(editor: Member, reviewer: Member, slug: string, fields: Fields = {}): Promise<Version> {
  const draft = versionIn(await editor.createDraft(slug, fields));
  const submitted = versionIn(await editor.send(`${pathOf(draft)}/submit/${draft.digest}`));
  return versionIn(await reviewer.send(`${pathOf(submitted)}/approve/${submitted.digest}`));
}

/** The reviewer withdraws what is public, with a reason. */
export async function withdraw(reviewer: Member, { id }: Version, reason: string): Promise<void> {
  const fields = { 'reason-en': reason };
  const asked = versionIn(await reviewer.send(`/articles/${id}/withdraw`, fields));
  const done = await reviewer.send(`${pathOf(asked)}/withdraw/${asked.digest}`, fields);
  assert.ok(done.status < 300, done.text);
}

/** An editor who writes draft after draft until told to stop, and notes every answer of yes. */
export class BusyEditor {
  readonly acknowledged: { readonly slug: string; readonly version: Version }[] = [];
  readonly refusals: Page[] = [];
  readonly #editor: Member;
  readonly #label: string;
  #isStopped = false;
  #written = 0;
  readonly #working: Promise<void>;

  constructor(editor: Member, label: string) {
    this.#editor = editor;
    this.#label = label;
    this.#working = this.#work();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#working;
  }

  /** Writes that were answered with yes and that cannot be read now. */
  async listLost(): Promise<string[]> {
    const lost: string[] = [];
    for (const { slug, version } of this.acknowledged) {
      const page = await this.#editor.read(pathOf(version));
      if (page.status !== 200 || !page.text.includes(slug)) lost.push(`${slug}: status ${page.status}`);
    }
    return lost;
  }

  async #work(): Promise<void> {
    while (!this.#isStopped) {
      this.#written += 1;
      const slug = `${this.#label}-${this.#written}`;
      const page = await this.#editor.createDraft(slug).catch(() => undefined);
      if (page && page.status < 300) this.acknowledged.push({ slug, version: versionIn(page) });
      else if (page) this.refusals.push(page);
      await sleep(100);
    }
  }
}
