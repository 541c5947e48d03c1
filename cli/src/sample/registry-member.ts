import { REQUEST_ID_HEADER } from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import { type Page, type SignInAccount, signIn, Visitor } from '@bulkhead/visitor';
import { z } from 'zod';
import { type Imported, importFile, type SentFile } from './intake.ts';

const recordSchema = z.object({ revision: z.number().int(), fields: z.record(z.string(), z.unknown()) });
/** A record as somebody read it. */
export type ReadRecord = { readonly revision: number; readonly fields: Readonly<Record<string, string>> };
/** A value as it is typed into a form. */
function typedOf(value: unknown): string | undefined {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : undefined;
}

/** Somebody else changed the record since it was read. */
export const OVERTAKEN = 409;

/** A person who keeps records of the registry: signs in once, then files and changes by the requests that its forms send. */
export class RegistryMember {
  readonly #visitor: Visitor;
  readonly #origin: string;
  readonly #account: SignInAccount;
  readonly #now: Now;
  readonly #headers: Readonly<Record<string, string>>;

  /**
   * @param options.from which of this machine's addresses the person comes from;
   * @param options.cookies somebody else's, to act in their session without signing in
   */
  constructor(options: {
    readonly origin: string;
    readonly address: string;
    readonly account: SignInAccount;
    readonly now: Now;
    readonly certificates?: string | undefined;
    readonly from?: string | undefined;
    readonly cookies?: string | undefined;
  }) {
    const { address, certificates, from } = options;
    this.#visitor = new Visitor({ address, ...(certificates ? { certificates } : {}), ...(from ? { from } : {}) });
    this.#headers = options.cookies === undefined ? {} : { cookie: options.cookies };
    this.#origin = options.origin;
    this.#account = options.account;
    this.#now = options.now;
  }

  /** @throws EstateError `request.unauthenticated` */
  async signIn(): Promise<void> {
    const page = await signIn(this.#visitor, `${this.#origin}/for-you`, this.#account, this.#now);
    if (page.status !== 200 || new URL(page.url).origin !== this.#origin)
      throw new EstateError('request.unauthenticated', `signing in to the registry: ${page.url} answers ${page.status}`);
  }

  /** What whoever steals the session holds. */
  get cookies(): string {
    return this.#visitor.cookiesFor(new URL(this.#origin).host);
  }

  /** Files a record; @returns the id of the request */
  file(module: string, fields: Readonly<Record<string, string>>): Promise<string> {
    return this.#send(`/${module}/new`, fields);
  }

  /**
   * Changes a record as it stood at a revision; fields that are left out are emptied, as in a form.
   * @throws EstateError `wire.refused` with the status, `wire.unreachable`
   */
  change(path: string, revision: number, fields: Readonly<Record<string, string>>): Promise<string> {
    return this.#send(`${path}/change`, { ...fields, revision: String(revision) });
  }

  /** Sends a file of records, and carries it out. @throws EstateError `input.invalid`, `wire.refused`, `wire.unreachable` */
  importFile(file: SentFile): Promise<Imported> {
    return importFile(this.#visitor, this.#origin, file, this.#headers);
  }

  async readRecord(path: string): Promise<ReadRecord> {
    const page = await this.read(`${path}/record.json`);
    if (page.status !== 200) throw new EstateError('wire.refused', `reading ${path}: status ${page.status}`);
    const { revision, fields } = recordSchema.parse(JSON.parse(page.text));
    const filled = Object.entries(fields).flatMap(([name, value]) => {
      const typed = typedOf(value);
      return typed === undefined ? [] : [[name, typed] as const];
    });
    return { revision, fields: Object.fromEntries(filled) };
  }

  read(path: string): Promise<Page> {
    return this.#visitor.visit(`${this.#origin}${path}`, { redirects: 0, headers: this.#headers });
  }

  leave(): void {
    this.#visitor.leave();
  }

  async #send(path: string, form: Readonly<Record<string, string>>): Promise<string> {
    // Refusals come as JSON, so that what refused is told apart from what failed.
    const headers = { ...this.#headers, accept: 'application/json' };
    const page = await this.#visitor.visit(`${this.#origin}${path}`, { form, headers, redirects: 0 });
    const isSaved = page.status === 303 && String(page.headers.location).includes('done=saved');
    if (!isSaved)
      throw new EstateError('wire.refused', `sending a form to ${path}: status ${page.status}: ${page.text.slice(0, 600)}`);
    const { [REQUEST_ID_HEADER]: requestId } = page.headers;
    return typeof requestId === 'string' ? requestId : '';
  }
}
