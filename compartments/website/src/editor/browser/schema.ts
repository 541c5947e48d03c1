import { Schema } from 'prosemirror-model';

/** The tree of articles, for the editor: nothing that it does not name can be typed, pasted or dropped. */
export const schema = new Schema({
  nodes: {
    doc: { content: 'block+' },
    paragraph: { group: 'block', content: 'text*', parseDOM: [{ tag: 'p' }], toDOM: () => ['p', 0] },
    heading: {
      group: 'block',
      content: 'text*',
      defining: true,
      attrs: { level: { default: 2 } },
      parseDOM: [
        { tag: 'h1', attrs: { level: 2 } },
        { tag: 'h2', attrs: { level: 2 } },
        { tag: 'h3', attrs: { level: 3 } },
        { tag: 'h4', attrs: { level: 3 } },
      ],
      toDOM: (node) => [`h${String(node.attrs['level'])}`, 0],
    },
    bullets: { group: 'block', content: 'item+', parseDOM: [{ tag: 'ul' }], toDOM: () => ['ul', 0] },
    numbers: { group: 'block', content: 'item+', parseDOM: [{ tag: 'ol' }], toDOM: () => ['ol', 0] },
    item: { content: 'paragraph+', defining: true, parseDOM: [{ tag: 'li' }], toDOM: () => ['li', 0] },
    quote: {
      group: 'block',
      content: 'paragraph+',
      defining: true,
      parseDOM: [{ tag: 'blockquote' }],
      toDOM: () => ['blockquote', 0],
    },
    figure: {
      group: 'block',
      atom: true,
      draggable: true,
      attrs: { picture: {}, alt: { default: '' }, caption: { default: '' }, credit: { default: '' } },
      // Pictures are uploaded, never taken from elsewhere: only a figure of ours is one.
      parseDOM: [
        {
          tag: 'figure[data-picture]',
          getAttrs: (dom) => {
            const picture = dom.dataset['picture'] ?? '';
            const { alt = '', caption = '', credit = '' } = dom.dataset;
            return /^[0-9a-f]{64}$/.test(picture) ? { picture, alt, caption, credit } : false;
          },
        },
      ],
      toDOM: ({ attrs }) => [
        'figure',
        {
          'data-picture': attrs['picture'],
          'data-alt': attrs['alt'],
          'data-caption': attrs['caption'],
          'data-credit': attrs['credit'],
        },
        ['img', { src: `/pictures/${String(attrs['picture'])}`, alt: attrs['alt'] }],
        ['figcaption', [attrs['caption'], attrs['credit']].filter(Boolean).join(' · ')],
      ],
    },
    table: {
      group: 'block',
      content: 'row+',
      isolating: true,
      attrs: { caption: { default: '' }, hasHead: { default: true } },
      parseDOM: [
        {
          tag: 'table',
          getAttrs: (dom) => ({
            caption: dom.querySelector('caption')?.textContent ?? '',
            hasHead: dom.querySelector('th') !== null,
          }),
        },
        { tag: 'caption', ignore: true },
      ],
      toDOM: ({ attrs }) => ['table', attrs['hasHead'] ? { class: 'has-head' } : {}, ['tbody', 0]],
    },
    row: { content: 'cell+', parseDOM: [{ tag: 'tr' }], toDOM: () => ['tr', 0] },
    cell: { content: 'paragraph+', isolating: true, parseDOM: [{ tag: 'td' }, { tag: 'th' }], toDOM: () => ['td', 0] },
    text: {},
  },
  marks: {
    link: {
      inclusive: false,
      attrs: { href: {} },
      parseDOM: [
        {
          tag: 'a[href]',
          getAttrs: (dom) => {
            const href = dom.getAttribute('href') ?? '';
            return isLinkAddress(href) ? { href } : false;
          },
        },
      ],
      toDOM: (mark) => ['a', { href: mark.attrs['href'], rel: 'noopener' }, 0],
    },
    strong: {
      parseDOM: [
        { tag: 'strong' },
        { tag: 'b', getAttrs: (dom) => (dom.style.fontWeight === 'normal' ? false : null) },
        { style: 'font-weight=700' },
        { style: 'font-weight=bold' },
      ],
      toDOM: () => ['strong', 0],
    },
    em: {
      parseDOM: [
        { tag: 'em' },
        { tag: 'i', getAttrs: (dom) => (dom.style.fontStyle === 'normal' ? false : null) },
        { style: 'font-style=italic' },
      ],
      toDOM: () => ['em', 0],
    },
  },
});

/** What the server will take for a link, too: https, http, mailto, or a path of the same site. */
export function isLinkAddress(href: string): boolean {
  return (
    href.length <= 1000 &&
    /^(?:https?:\/\/[^\s/?#@<>"'[\]\\]+(?:[/?#][^\s<>"'[\]\\]*)?|mailto:[^\s@<>"'[\]\\]+@[^\s@<>"'[\]\\]+|\/(?!\/)[^\s<>"'[\]\\]*)$/i.test(
      href,
    )
  );
}
