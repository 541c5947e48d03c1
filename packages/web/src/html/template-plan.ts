import { EstateError } from '@bulkhead/kernel';

/** What may stand in one hole of a template. */
export type Hole =
  | { readonly kind: 'text' }
  /** Inside <title> or <textarea>: text only, no markup. */
  | { readonly kind: 'plain' }
  | { readonly kind: 'value'; readonly attribute: string }
  /** `before` and `after` are the static parts of the same value around the hole; `isFirst` begins a new value. */
  | {
      readonly kind: 'url';
      readonly attribute: string;
      readonly isFirst: boolean;
      readonly before: string;
      readonly after: string;
    }
  /** Between attributes: only what `attributes()` made. */
  | { readonly kind: 'attributes' };

const URL_ATTRIBUTES = new Set(['href', 'src', 'action', 'formaction', 'cite', 'poster', 'data', 'background', 'longdesc']);
const REFUSED_ATTRIBUTES = new Set(['style', 'srcdoc', 'srcset', 'imagesrcset', 'ping', 'xlink:href', 'nonce']);
const PLAIN_ELEMENTS = new Set(['title', 'textarea']);
const RAW_ELEMENTS = new Set(['script', 'style', 'iframe', 'xmp', 'noembed', 'noframes', 'noscript', 'plaintext', 'template']);

/** What an attribute's value is: refused for code, checked for addresses, else text. */
export function attributeKind(name: string): 'refused' | 'url' | 'text' {
  const lower = name.toLowerCase();
  if (lower.startsWith('on') || REFUSED_ATTRIBUTES.has(lower)) return 'refused';
  return URL_ATTRIBUTES.has(lower) ? 'url' : 'text';
}

type State =
  | 'text'
  | 'tag open'
  | 'tag name'
  | 'attributes'
  | 'attribute name'
  | 'after attribute name'
  | 'before value'
  | 'quoted value'
  | 'unquoted value'
  | 'comment'
  | 'declaration';

const MAY_TAKE_ATTRIBUTES: ReadonlySet<State> = new Set(['tag name', 'attributes', 'attribute name', 'after attribute name']);

/**
 * Reads a template's static parts as a browser would (the tokenizer of the HTML standard, §13.2.5, narrowed)
 * and tells what each hole is.
 * @throws EstateError `html.unsafe_template` for a hole where escaping does not protect, or a template that does not end in text
 */
export function planTemplate(strings: readonly string[]): readonly Hole[] {
  const scanner = new Scanner(strings);
  const holes: Hole[] = [];
  strings.forEach((part, index) => {
    scanner.read(part);
    if (index < strings.length - 1) holes.push(scanner.hole(strings[index + 1] ?? ''));
  });
  scanner.end();
  return holes;
}

class Scanner {
  readonly #strings: readonly string[];
  #state: State = 'text';
  #element = '';
  #isClosing = false;
  #attribute = '';
  #quote = '';
  #value = '';
  #holesInValue = 0;
  #hasHole = false;
  #isRefresh = false;
  /** The element whose content is no markup, until its end tag. */
  #rawElement = '';

  constructor(strings: readonly string[]) {
    this.#strings = strings;
  }

  read(part: string): void {
    for (let at = 0; at < part.length; ) at = this.#step(part, at);
  }

  hole(next: string): Hole {
    this.#hasHole = true;
    if (this.#state === 'text') return this.#textHole();
    if (MAY_TAKE_ATTRIBUTES.has(this.#state)) return this.#attributesHole(next);
    if (this.#state === 'quoted value') return this.#valueHole(next);
    if (this.#state === 'before value' || this.#state === 'unquoted value')
      this.#refuse(`the value of the attribute "${this.#attribute}" is not quoted`);
    return this.#refuse('it stands inside a comment, a declaration or the beginning of a tag');
  }

  end(): void {
    if (this.#state !== 'text' || this.#rawElement !== '')
      this.#refuse(`the template ends inside ${this.#rawElement === '' ? 'a tag' : `<${this.#rawElement}>`}`);
  }

  #textHole(): Hole {
    if (PLAIN_ELEMENTS.has(this.#rawElement)) return { kind: 'plain' };
    if (this.#rawElement !== '') this.#refuse(`it stands inside <${this.#rawElement}>`);
    return { kind: 'text' };
  }

  // What attributes() makes begins with a space and ends in a name or a closed value: a "=" after it would open a new one.
  #attributesHole(next: string): Hole {
    if (next !== '' && !/^[\s/>]/.test(next)) this.#refuse('attributes must be followed by a space or the end of the tag');
    this.#state = 'attributes';
    return { kind: 'attributes' };
  }

  #valueHole(next: string): Hole {
    const kind = attributeKind(this.#attribute);
    if (kind === 'refused') this.#refuse(`the attribute "${this.#attribute}" can carry code`);
    if (kind === 'text') return { kind: 'value', attribute: this.#attribute };
    const quoteAt = next.indexOf(this.#quote);
    const hole: Hole = {
      kind: 'url',
      attribute: this.#attribute,
      isFirst: this.#holesInValue === 0,
      before: this.#holesInValue === 0 ? this.#value : '',
      after: quoteAt < 0 ? next : next.slice(0, quoteAt),
    };
    this.#holesInValue += 1;
    return hole;
  }

  #step(part: string, at: number): number {
    const char = part.charAt(at);
    switch (this.#state) {
      case 'text':
        return this.#readText(part, at);
      case 'tag open':
        return this.#openTag(part, at);
      case 'tag name':
        if (/[\s/>]/.test(char)) return this.#go('attributes', at);
        this.#element += char.toLowerCase();
        return at + 1;
      case 'attributes':
      case 'after attribute name':
        return this.#readBetween(char, at);
      case 'attribute name':
        if (/[\s/>=]/.test(char)) return this.#go('after attribute name', at);
        this.#attribute += char.toLowerCase();
        return at + 1;
      case 'before value':
        return this.#openValue(char, at);
      case 'quoted value':
        return this.#readQuoted(part, at);
      case 'unquoted value':
        return /[\s>]/.test(char) ? this.#go('attributes', at) : at + 1;
      case 'comment':
        return this.#readUntil(part, at, '-->');
      case 'declaration':
        return this.#readUntil(part, at, '>');
    }
  }

  #readText(part: string, at: number): number {
    const sign = this.#rawElement === '' ? '<' : `</${this.#rawElement}`;
    const found = part.toLowerCase().indexOf(sign, at);
    if (found < 0) return part.length;
    this.#rawElement = '';
    return this.#go('tag open', found + 1);
  }

  #openTag(part: string, at: number): number {
    if (part.startsWith('!--', at)) return this.#go('comment', at + 3);
    if (part.startsWith('!', at) || part.startsWith('?', at)) return this.#go('declaration', at + 1);
    this.#isClosing = part.startsWith('/', at);
    const nameAt = this.#isClosing ? at + 1 : at;
    if (nameAt >= part.length) this.#refuse('it stands in the name of a tag');
    if (!/[a-zA-Z]/.test(part.charAt(nameAt))) this.#refuse('a "<" that begins no tag must be written &lt;');
    this.#element = '';
    this.#hasHole = false;
    this.#isRefresh = false;
    return this.#go('tag name', nameAt);
  }

  #readBetween(char: string, at: number): number {
    if (char === '>') return this.#closeTag(at);
    if (char === '=' && this.#state === 'after attribute name') return this.#go('before value', at + 1);
    if (/[\s/]/.test(char)) return at + 1;
    this.#attribute = '';
    this.#state = 'attribute name';
    this.#attribute += char.toLowerCase();
    return at + 1;
  }

  #openValue(char: string, at: number): number {
    if (/\s/.test(char)) return at + 1;
    if (this.#attribute === 'http-equiv') this.#isRefresh = true;
    this.#value = '';
    this.#holesInValue = 0;
    if (char !== '"' && char !== "'") return this.#go('unquoted value', at);
    this.#quote = char;
    return this.#go('quoted value', at + 1);
  }

  #readQuoted(part: string, at: number): number {
    const found = part.indexOf(this.#quote, at);
    this.#value += part.slice(at, found < 0 ? undefined : found);
    return found < 0 ? part.length : this.#go('attributes', found + 1);
  }

  #closeTag(at: number): number {
    if (this.#isRefresh && this.#hasHole) this.#refuse('a <meta http-equiv> can carry an address');
    const isRaw = RAW_ELEMENTS.has(this.#element) || PLAIN_ELEMENTS.has(this.#element);
    if (isRaw && !this.#isClosing) this.#rawElement = this.#element;
    return this.#go('text', at + 1);
  }

  #readUntil(part: string, at: number, sign: string): number {
    const found = part.indexOf(sign, at);
    return found < 0 ? part.length : this.#go('text', found + sign.length);
  }

  #go(state: State, at: number): number {
    this.#state = state;
    return at;
  }

  #refuse(why: string): never {
    const shown = this.#strings.join('${…}').replaceAll(/\s+/g, ' ').slice(0, 160);
    throw new EstateError('html.unsafe_template', `checking a template's holes: ${why}, in: ${shown}`);
  }
}
