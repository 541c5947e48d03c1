import { baseKeymap, chainCommands, toggleMark } from 'prosemirror-commands';
import { history, redo, undo } from 'prosemirror-history';
import { inputRules, textblockTypeInputRule, wrappingInputRule } from 'prosemirror-inputrules';
import { keymap } from 'prosemirror-keymap';
import { liftListItem, splitListItem } from 'prosemirror-schema-list';
import { EditorState } from 'prosemirror-state';
import { EditorView } from 'prosemirror-view';
import { schema } from './schema.ts';
import { goToCell, removeEmptyRow } from './table.ts';
import { toolbarPlugin } from './toolbar.ts';
import { type Block, toDocument, toTree } from './tree.ts';
import { make, type Told, word } from './words.ts';

const { nodes, marks } = schema;

/** Puts an editor in the place of a plain field; what is written goes into the hidden field of its tree. */
export function mountText(
  field: HTMLTextAreaElement,
  hidden: HTMLInputElement,
  told: Told,
  onChange: () => void,
): { readonly set: (json: string) => void } {
  const holder = make('div', { class: 'editor', lang: field.lang, dir: field.dir });
  const label = field.labels?.[0];
  const hint = make('p', { class: 'hint', id: `${field.id}-keys`, dir: 'auto', lang: told.language }, word(told, 'editorHint'));
  field.after(holder);
  holder.after(hint);
  const view: EditorView = new EditorView(holder, {
    state: stateOf(hidden.value, told),
    attributes: {
      id: `${field.id}-editor`,
      role: 'textbox',
      'aria-multiline': 'true',
      'aria-label': label?.textContent ?? '',
      'aria-describedby': hint.id,
      class: 'prose',
    },
    transformPastedHTML: cleanPasted,
    dispatchTransaction: (transaction) => {
      view.updateState(view.state.apply(transaction));
      if (!transaction.docChanged) return;
      hidden.value = JSON.stringify(toTree(view.state.doc));
      onChange();
    },
  });
  label?.addEventListener('click', () => view.focus());
  field.hidden = true;
  field.disabled = true;
  const typing = field.closest('.field')?.querySelector<HTMLElement>(`#${CSS.escape(`${field.id}-hint`)}`);
  if (typing) typing.hidden = true;
  hidden.disabled = false;
  return {
    set: (json) => {
      hidden.value = json;
      view.updateState(stateOf(json, told));
    },
  };
}

function stateOf(json: string, told: Told): EditorState {
  const given: unknown = JSON.parse(json || '[]');
  // The server checked it before it was stored.
  const tree = Array.isArray(given) ? (given as Block[]) : [];
  return EditorState.create({ doc: toDocument(tree), plugins: [...keys(), history(), rules(), toolbarPlugin(told)] });
}

function keys() {
  const item = nodes.item;
  return [
    keymap({
      'Mod-z': undo,
      'Mod-y': redo,
      'Shift-Mod-z': redo,
      'Mod-b': toggleMark(marks.strong),
      'Mod-i': toggleMark(marks.em),
      Enter: splitListItem(item),
      'Mod-[': liftListItem(item),
      Backspace: chainCommands(removeEmptyRow),
    }),
    // Tab leaves the text, as in every field; within a table it goes from cell to cell.
    keymap({ Tab: goToCell(1), 'Shift-Tab': goToCell(-1) }),
    keymap(baseKeymap),
  ];
}

function rules() {
  return inputRules({
    rules: [
      textblockTypeInputRule(/^(#{2,3}) $/, nodes.heading, (match) => ({ level: match[1]?.length ?? 2 })),
      wrappingInputRule(/^\s*- $/, nodes.bullets),
      wrappingInputRule(/^\s*1\. $/, nodes.numbers),
      wrappingInputRule(/^\s*> $/, nodes.quote),
    ],
  });
}

/** What Word puts on the clipboard beside the text; the rest is cleaned by the form of the tree. */
function cleanPasted(html: string): string {
  const page = new DOMParser().parseFromString(
    html.replaceAll(/<!--[\s\S]*?-->|<\?xml[^>]*>|<\/?[ovwm]:[^>]*>/gi, ''),
    'text/html',
  );
  for (const element of page.querySelectorAll('style, script, xml, meta, link, title, iframe, object, svg, math, img'))
    element.remove();
  for (const paragraph of page.querySelectorAll<HTMLElement>('p[class*="MsoListParagraph"]')) listItem(page, paragraph);
  return page.body.innerHTML;
}

// Word writes lists as paragraphs with a sign in front: these become items again.
function listItem(page: Document, paragraph: HTMLElement): void {
  const sign = /^\s*(?:[·•o§–-]|(\d{1,3})[.)])[\s\u00a0]+/.exec(paragraph.textContent ?? '');
  if (!sign) return;
  const name = sign[1] ? 'OL' : 'UL';
  const before = paragraph.previousElementSibling;
  const list = before?.tagName === name ? before : page.createElement(name);
  if (list !== before) paragraph.before(list);
  const item = page.createElement('li');
  item.append(...paragraph.childNodes);
  let left = sign[0].length;
  const walker = page.createTreeWalker(item, NodeFilter.SHOW_TEXT);
  while (left > 0 && walker.nextNode()) {
    const text = walker.currentNode.textContent ?? '';
    walker.currentNode.textContent = text.slice(left);
    left -= text.length;
  }
  list.append(item);
  paragraph.remove();
}
