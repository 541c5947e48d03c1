import { EstateError } from '@bulkhead/kernel';

/** An element with what stands in it; blanks and order among texts are kept, all else of XML is not. */
export type Element = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
};
type Open = { name: string; attributes: Record<string, string>; children: Element[]; text: string[] };

export const XML_LIMITS = { depth: 16, elements: 2_000_000, attributes: 20 } as const;
const TAG = /<(\/?)([A-Za-z_][\w.:-]{0,99})((?:\s+[\w.:-]{1,100}\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const ATTRIBUTE = /([\w.:-]{1,100})\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Reads XML as exports hold it: elements, texts, CDATA. A document type, and with it every entity that a file could
 * define itself, is refused; nothing is ever fetched.
 * @throws EstateError `input.invalid` with the line
 */
export function readXml(source: string): Element {
  const root: Open = { name: '', attributes: {}, children: [], text: [] };
  const open: Open[] = [root];
  let elements = 0;
  let at = source.startsWith('\ufeff') ? 1 : 0;
  const refuse = (why: string): never => {
    throw new EstateError('input.invalid', `line ${lineAt(source, at)}: ${why}`);
  };
  const leave = (name: string) => {
    const left = open.pop();
    if (!left || left.name !== name || open.length === 0) return refuse(`</${name}> ends what is not open`);
    open.at(-1)?.children.push({ ...left, text: left.text.join('') });
  };
  while (at < source.length) {
    const next = source.indexOf('<', at);
    const end = next === -1 ? source.length : next;
    const text = source.slice(at, end);
    if (open.length > 1) open.at(-1)?.text.push(decode(text, refuse));
    else if (text.trim() !== '') refuse('there is text outside the first element');
    at = end;
    if (next === -1) break;
    const passed = passOver(source, at, refuse);
    if (passed) {
      if (passed.text !== '' && open.length > 1) open.at(-1)?.text.push(passed.text);
      at = passed.end;
      continue;
    }
    TAG.lastIndex = at;
    const tag = TAG.exec(source);
    if (!tag) return refuse('this is no tag of XML');
    const [, closing, name = '', given = '', single] = tag;
    if (closing) leave(name);
    else {
      elements += 1;
      if (elements > XML_LIMITS.elements) refuse(`there are over ${XML_LIMITS.elements} elements`);
      if (open.length > XML_LIMITS.depth) refuse(`elements stand over ${XML_LIMITS.depth} deep in each other`);
      open.push({ name, attributes: readAttributes(given, refuse), children: [], text: [] });
      if (single) leave(name);
    }
    at = TAG.lastIndex;
  }
  const [only, more] = root.children;
  if (open.length > 1) return refuse(`<${open.at(-1)?.name ?? ''}> is not closed: the file is cut off`);
  if (!only || more) return refuse('the file must hold one element and all else in it');
  return only;
}

type Refuse = (why: string) => never;

/** Comments, CDATA and instructions; null before a tag. */
function passOver(source: string, at: number, refuse: Refuse): { readonly end: number; readonly text: string } | null {
  for (const [begin, close] of [
    ['<![CDATA[', ']]>'],
    ['<!--', '-->'],
    ['<?', '?>'],
  ] as const) {
    if (!source.startsWith(begin, at)) continue;
    const end = source.indexOf(close, at + begin.length);
    if (end === -1) return refuse(`${begin} is not closed`);
    return { end: end + close.length, text: begin === '<![CDATA[' ? source.slice(at + begin.length, end) : '' };
  }
  if (source.startsWith('<!', at)) return refuse('a document type or an entity of its own is not read');
  return null;
}

function readAttributes(given: string, refuse: Refuse): Record<string, string> {
  const found = [...given.matchAll(ATTRIBUTE)].map(([, name = '', double, single]): [string, string] => [
    name,
    decode(double ?? single ?? '', refuse),
  ]);
  if (found.length > XML_LIMITS.attributes) return refuse(`an element has over ${XML_LIMITS.attributes} attributes`);
  return Object.fromEntries(found);
}

function decode(text: string, refuse: Refuse): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(/&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|\w{1,40})?;?/g, (whole, name: string | undefined) => {
    const known = name === undefined || !whole.endsWith(';') ? undefined : (ENTITIES[name] ?? numbered(name));
    return known ?? refuse(`${whole.slice(0, 50)} is none of the entities that XML itself has`);
  });
}

function numbered(name: string): string | undefined {
  if (!name.startsWith('#')) return undefined;
  const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : undefined;
}

function lineAt(source: string, at: number): number {
  let line = 1;
  for (let next = source.indexOf('\n'); next !== -1 && next < at; next = source.indexOf('\n', next + 1)) line += 1;
  return line;
}

export function childText(element: Element, name: string): string {
  return element.children.find((child) => child.name === name)?.text.trim() ?? '';
}
