import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type EditionFile,
  FROZEN_HEADER,
  headersOf,
  type Language,
  OWN_SCRIPT_POLICY,
  REQUEST_ID_HEADER,
  type SecurityHeaders,
} from '@bulkhead/contracts';
import { EstateError, sha256Hex } from '@bulkhead/kernel';
import { type Body, bodyOf, compressBody } from './body.ts';
import { chooseEncoding, type Encoding, findNotFound, isCompressible } from './edition-index.ts';
import type { Shelf } from './shelf.ts';

/** A file's answer in one encoding; the last place of the headers is for the request's id. */
type Prepared = { readonly headers: string[]; readonly content: Buffer };

type Forms = { readonly body: Body } & Record<Encoding, Prepared | null>;

export type Served = { readonly status: number; readonly bytes: number };

/** Puts something into a page before it is shown, such as where it is served from; gives the bytes back if there is nothing to put. */
export type Annotate = (file: EditionFile, bytes: Buffer) => Buffer;

/** Whether a query asks for no more than a language: a search or a filter is answered by no copy, which knows one page only. */
export function asksOnlyLanguage(query: string): boolean {
  return /^(?:\?(?:lang=[a-z]{2})?)?$/.test(query);
}

/** Answers from a shelf. The frequent case, a file in memory, takes no promise and no new header list. */
export class EditionDesk {
  readonly shelf: Shelf;
  readonly #security: SecurityHeaders;
  readonly #annotate: Annotate | null;
  readonly #prepared = new WeakMap<EditionFile, Forms>();
  /** Verified bodies, and how they are shown. */
  readonly #shown = new WeakMap<Body, Body>();

  constructor(shelf: Shelf, security: SecurityHeaders, annotate: Annotate | null = null) {
    this.shelf = shelf;
    this.#security = security;
    this.#annotate = annotate;
  }

  /** Finds what stands at a path, first in a visitor's language where a page is there in several; null when nothing does. */
  findFile(path: string, language?: Language): EditionFile | null {
    const files = this.shelf.index?.byPath;
    const own = language === undefined ? undefined : files?.get(`/${language}${path}`);
    return own ?? files?.get(path) ?? null;
  }

  findNotFound(path: string): EditionFile | null {
    return this.shelf.index === null ? null : findNotFound(this.shelf.index, path);
  }

  /** Answers at once if the file's bytes are in memory; null if they are not. */
  answerFromMemory(file: EditionFile, request: IncomingMessage, response: ServerResponse, requestId: string): Served | null {
    const body = this.shelf.findBody(file.sha256);
    return body ? this.#answer(file, body, request, response, requestId) : null;
  }

  /**
   * Answers with a file that is read and verified first.
   * @throws EstateError `edition.not_yet` when its bytes are being fetched
   */
  async answerFromDisk(
    file: EditionFile,
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<Served> {
    const body = await this.shelf.readBody(file.sha256);
    if (!body) throw new EstateError('edition.not_yet', 'serving a page: its verified bytes are not here at the moment');
    return this.#answer(file, body, request, response, requestId);
  }

  #answer(file: EditionFile, kept: Body, request: IncomingMessage, response: ServerResponse, requestId: string): Served {
    const body = this.#annotate ? this.#bodyShown(file, kept, this.#annotate) : kept;
    const encoding = chooseEncoding(request.headers['accept-encoding'], { br: body.br !== null, gzip: body.gzip !== null });
    const prepared = this.#prepare(file, body, encoding);
    prepared.headers[prepared.headers.length - 1] = requestId;
    if (file.status === 200 && isKnown(request.headers['if-none-match'], body.sha256)) {
      response.writeHead(304, withoutContent(prepared.headers)).end();
      return { status: 304, bytes: 0 };
    }
    response.writeHead(file.status, prepared.headers);
    if (request.method === 'HEAD') response.end();
    else response.end(prepared.content);
    return { status: file.status, bytes: prepared.content.length };
  }

  #bodyShown(file: EditionFile, kept: Body, annotate: Annotate): Body {
    const known = this.#shown.get(kept);
    if (known) return known;
    const bytes = annotate(file, kept.bytes);
    if (bytes === kept.bytes) return kept;
    const shown = bodyOf(sha256Hex(bytes), bytes);
    this.#shown.set(kept, shown);
    // Whoever asks meanwhile gets it as it is.
    compressBody(shown).catch(() => undefined);
    return shown;
  }

  #prepare(file: EditionFile, body: Body, encoding: Encoding): Prepared {
    let forms = this.#prepared.get(file);
    if (forms?.body !== body) {
      forms = { body, br: null, gzip: null, identity: null };
      this.#prepared.set(file, forms);
    }
    forms[encoding] ??= this.#build(file, body, encoding);
    return forms[encoding];
  }

  #build(file: EditionFile, body: Body, encoding: Encoding): Prepared {
    const content = (encoding === 'identity' ? null : body[encoding]) ?? body.bytes;
    const own = headersOf(file);
    const isVarying = isCompressible(own['content-type'] ?? '', body.bytes.length);
    const headers = {
      ...this.#security,
      ...(file.scripts ? { 'content-security-policy': OWN_SCRIPT_POLICY } : {}),
      ...own,
      'content-length': String(content.length),
      // The compressed form is the same content in other bytes: a weak tag says so.
      ...(file.status === 200 ? { etag: encoding === 'identity' ? `"${body.sha256}"` : `W/"${body.sha256}"` } : {}),
      ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
      ...(this.shelf.index?.isCrawled ? { [FROZEN_HEADER]: String(this.shelf.index.number) } : {}),
      ...(isVarying ? { vary: 'accept-encoding' } : {}),
      [REQUEST_ID_HEADER]: '',
    };
    return { headers: Object.entries(headers).flat(), content };
  }
}

function isKnown(ifNoneMatch: string | undefined, sha256: string): boolean {
  return ifNoneMatch !== undefined && (ifNoneMatch.includes(sha256) || ifNoneMatch.trim() === '*');
}

function withoutContent(headers: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? '';
    if (name !== 'content-length' && name !== 'content-encoding' && name !== 'content-type')
      kept.push(name, headers[at + 1] ?? '');
  }
  return kept;
}
