import { NodeSelection, TextSelection } from 'prosemirror-state';
import type { EditorView } from 'prosemirror-view';
import { isLinkAddress, schema } from './schema.ts';
import { make, type Told, word } from './words.ts';

/** Asks for the address of a link. */
export function openLinkPanel(view: EditorView, told: Told): void {
  const type = schema.marks.link;
  const { $from, from, to, empty } = view.state.selection;
  const present = type.isInSet($from.marks()) ?? view.state.doc.nodeAt(from)?.marks.find((mark) => mark.type === type);
  const address = field(told, 'linkAddress', String(present?.attrs['href'] ?? ''), { dir: 'ltr' });
  const range = empty && present ? extentOf(view, from) : { from, to };
  const panel = openPanel(view, told, [address.row], () => {
    const href = address.input.value.trim();
    if (!isLinkAddress(href)) return word(told, 'faultHref');
    view.dispatch(view.state.tr.removeMark(range.from, range.to, type).addMark(range.from, range.to, type.create({ href })));
    return undefined;
  });
  if (present)
    panel.addButton(word(told, 'toolUnlink'), () => view.dispatch(view.state.tr.removeMark(range.from, range.to, type)));
}

/** Asks for a picture with its words; the bytes go to the server, which cleans them. */
export function openPicturePanel(view: EditorView, told: Told): void {
  const { selection } = view.state;
  const chosen = selection instanceof NodeSelection && selection.node.type === schema.nodes.figure ? selection.node : undefined;
  const file = field(told, 'pictureFile', '', { type: 'file', accept: 'image/png,image/jpeg,image/webp' });
  const alt = field(told, 'describePicture', String(chosen?.attrs['alt'] ?? ''), { maxlength: '300' });
  const caption = field(told, 'caption', String(chosen?.attrs['caption'] ?? ''), { maxlength: '300' });
  const credit = field(told, 'credit', String(chosen?.attrs['credit'] ?? ''), { maxlength: '200' });
  const rows = [...(chosen ? [] : [file.row]), alt.row, caption.row, credit.row];
  openPanel(view, told, rows, async () => {
    const [given] = Array.from(file.input.files ?? []);
    const picture = chosen ? String(chosen.attrs['picture']) : given && (await upload(given));
    if (!picture) return word(told, 'faultPictureBroken');
    const figure = schema.node('figure', {
      picture,
      alt: alt.input.value,
      caption: caption.input.value,
      credit: credit.input.value,
    });
    const { state } = view;
    const at = state.selection.$from.depth === 0 ? state.selection.to : state.selection.$from.after(1);
    view.dispatch(chosen ? state.tr.replaceSelectionWith(figure) : state.tr.insert(at, figure));
    return undefined;
  });
}

async function upload(file: File): Promise<string | undefined> {
  const form = new FormData();
  form.append('picture', file);
  const answer = await fetch('/pictures', { method: 'POST', body: form, headers: { accept: 'application/json' } });
  if (!answer.ok) return undefined;
  const told: unknown = await answer.json();
  return typeof told === 'object' && told !== null && 'sha256' in told ? String(told.sha256) : undefined;
}

type Row = { readonly row: HTMLElement; readonly input: HTMLInputElement };

function field(told: Told, name: string, value: string, attributes: Readonly<Record<string, string>>): Row {
  const input = make('input', { ...attributes });
  if (input.type !== 'file') input.value = value;
  return { row: make('label', {}, make('span', {}, word(told, name)), input), input };
}

/** A small form between the buttons and the text: closed by Escape, sent by Enter; what is wrong is said in it. */
function openPanel(
  view: EditorView,
  told: Told,
  rows: readonly HTMLElement[],
  apply: () => string | undefined | Promise<string | undefined>,
) {
  const holder = view.dom.parentElement;
  holder?.querySelector('.editor-panel')?.remove();
  const fault = make('p', { class: 'field-fault', role: 'alert' });
  const send = make('button', { type: 'button' }, word(told, 'apply'));
  const leave = make('button', { type: 'button', class: 'second' }, word(told, 'close'));
  const actions = make('div', { class: 'actions' }, send, leave);
  const panel = make('div', { class: 'editor-panel', role: 'group' }, ...rows, fault, actions);
  const close = () => {
    panel.remove();
    view.focus();
  };
  const run = async () => {
    send.disabled = true;
    const wrong = await apply();
    send.disabled = false;
    fault.textContent = wrong ?? '';
    if (wrong === undefined) close();
  };
  send.addEventListener('click', () => void run());
  leave.addEventListener('click', close);
  panel.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
    if (event.key !== 'Enter' || !(event.target instanceof HTMLInputElement)) return;
    // Enter would send the whole form of the article.
    event.preventDefault();
    void run();
  });
  holder?.insertBefore(panel, view.dom);
  panel.querySelector('input')?.focus();
  return {
    addButton: (text: string, act: () => void) => {
      const button = make('button', { type: 'button', class: 'second' }, text);
      button.addEventListener('click', () => {
        act();
        close();
      });
      actions.append(button);
    },
  };
}

/** The whole stretch of a link around a position. */
function extentOf(view: EditorView, at: number): { readonly from: number; readonly to: number } {
  const type = schema.marks.link;
  const $at = view.state.doc.resolve(at);
  const start = $at.start();
  let from = at;
  let to = at;
  $at.parent.forEach((node, offset) => {
    const here = { from: start + offset, to: start + offset + node.nodeSize };
    if (type.isInSet(node.marks) && here.from <= at && at <= here.to) ({ from, to } = here);
  });
  view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, from, to)));
  return { from, to };
}
