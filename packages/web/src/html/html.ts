import { EstateError } from '@bulkhead/kernel';
import { isSafeUrl } from './safe-url.ts';
import { attributeKind, type Hole, planTemplate } from './template-plan.ts';

/** Markup that is safe to send: only `html`, `attributes` and `trustedHtml` make it. */
export class Html {
  readonly #text: string;

  /** Not for use: `html` and `trustedHtml` make markup. */
  constructor(key: typeof MAKER, text: string) {
    if (key !== MAKER) throw new EstateError('html.unsafe_value', 'making markup: use the html tag');
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** Attributes of one tag, with the space before each. */
class Attributes {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type { Attributes };

/** What a hole takes: text and numbers are escaped, nothing is written for null, undefined and false, lists are joined. */
export type HtmlValue = string | number | bigint | false | null | undefined | Html | Attributes | readonly HtmlValue[];

const MAKER: unique symbol = Symbol('maker of markup');
const plans = new WeakMap<TemplateStringsArray, readonly Hole[]>();

/**
 * Makes markup from a template, with every hole escaped for its place. A call site is checked once.
 * @throws EstateError `html.unsafe_template` where escaping cannot protect; `html.unsafe_value` for a value that does not fit its hole
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const plan = plans.get(strings) ?? remember(strings);
  let text = strings[0] ?? '';
  let url = '';
  for (let at = 0; at < plan.length; at += 1) {
    const hole = plan[at];
    const value = values[at];
    if (hole === undefined) break;
    if (hole.kind === 'text') text += textOf(value);
    else if (hole.kind === 'attributes') text += attributesOf(value);
    else if (hole.kind === 'url') {
      const plain = plainOf(value);
      url = (hole.isFirst ? hole.before : url) + plain + hole.after;
      if (!isSafeUrl(url)) throw unsafe(`the attribute "${hole.attribute}" must hold a path of ours, http, https or mailto`);
      text += escapeText(plain);
    } else text += escapeText(plainOf(value));
    text += strings[at + 1] ?? '';
  }
  return new Html(MAKER, text);
}

/** Lets text through as markup without any check. Only for what a sanitiser or a renderer of ours just made. */
export function trustedHtml(text: string): Html {
  return new Html(MAKER, text);
}

/**
 * Makes attributes for a hole between attributes: `<input name="a" ${attributes({ checked: isOn, value })}>`.
 * True writes the bare name; false, null and undefined write nothing.
 */
export function attributes(given: Readonly<Record<string, string | number | boolean | null | undefined>>): Attributes {
  let text = '';
  for (const [name, value] of Object.entries(given)) {
    if (value === false || value === null || value === undefined) continue;
    text += value === true ? ` ${checkName(name)}` : ` ${checkName(name)}="${escapeText(checkValue(name, String(value)))}"`;
  }
  return new Attributes(text);
}

/**
 * A block of data for machines, `<script type="application/ld+json">`: browsers never run it, and no text in it can end it.
 * @throws EstateError `html.unsafe_value` for another type, or for what JSON cannot say
 */
export function jsonBlock(type: 'application/ld+json' | 'application/json', value: unknown): Html {
  const json = JSON.stringify(value);
  if (json === undefined || !/^application\/(?:ld\+)?json$/.test(type)) throw unsafe('a block of data holds JSON only');
  const safe = json.replaceAll(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return new Html(MAKER, `<script type="${type}">${safe}</script>`);
}

/** A script of ours, by its path: run as a module, after the page stands. */
export function scriptOf(path: string): Html {
  if (/^\/assets\/[0-9a-f]{32}\.js$/.test(path)) return new Html(MAKER, `<script type="module" src="${path}"></script>`);
  throw unsafe('a script is a file of ours, named by its content');
}

/** The attribute `srcset` of pictures of ours in several widths, for a hole between attributes. */
export function sourceSet(candidates: readonly { readonly path: string; readonly width: number }[]): Attributes {
  const parts = candidates.map(({ path, width }) => {
    if (!/^\/[A-Za-z0-9._/-]+$/.test(path) || !Number.isInteger(width)) throw unsafe('"srcset" holds paths of ours only');
    return `${path} ${width}w`;
  });
  return new Attributes(` srcset="${parts.join(', ')}"`);
}

/** Escapes text for markup and for quoted attribute values. */
export function escapeText(text: string): string {
  if (!/[&<>"']/.test(text)) return text;
  return text.replaceAll(/[&<>"']/g, (char) => ESCAPES[char] ?? char);
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function remember(strings: TemplateStringsArray): readonly Hole[] {
  const plan = planTemplate(strings);
  plans.set(strings, plan);
  return plan;
}

function textOf(value: HtmlValue): string {
  if (typeof value === 'string') return escapeText(value);
  if (value instanceof Html) return value.toString();
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) {
    let text = '';
    for (const item of value) text += textOf(item);
    return text;
  }
  throw unsafe(`text cannot hold ${value instanceof Attributes ? 'attributes' : `a ${typeof value}`}`);
}

function plainOf(value: HtmlValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value === null || value === undefined || value === false) return '';
  throw unsafe('an attribute, <title> or <textarea> holds text only, no markup or list');
}

function attributesOf(value: HtmlValue): string {
  if (value instanceof Attributes) return value.text;
  if (value === null || value === undefined || value === false || value === '') return '';
  throw unsafe('a hole between attributes takes attributes({…}) only');
}

function checkName(name: string): string {
  if (/^[a-z][a-z0-9-]*$/.test(name) && attributeKind(name) !== 'refused') return name;
  throw unsafe(`"${name.slice(0, 40)}" is not an attribute that can be set`);
}

function checkValue(name: string, value: string): string {
  if (attributeKind(name) !== 'url' || isSafeUrl(value)) return value;
  throw unsafe(`the attribute "${name}" must hold a path of ours, http, https or mailto`);
}

function unsafe(why: string): EstateError {
  return new EstateError('html.unsafe_value', `filling a template: ${why}`);
}
