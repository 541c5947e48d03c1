import { setBlockType, toggleMark, wrapIn } from 'prosemirror-commands';
import { redo, undo } from 'prosemirror-history';
import type { NodeType } from 'prosemirror-model';
import { liftListItem, wrapInList } from 'prosemirror-schema-list';
import { type Command, type EditorState, Plugin } from 'prosemirror-state';
import type { EditorView } from 'prosemirror-view';
import { openLinkPanel, openPicturePanel } from './panel.ts';
import { schema } from './schema.ts';
import { addColumn, addRow, insertTable } from './table.ts';
import { make, type Told, word } from './words.ts';

type Tool = {
  readonly name: string;
  /** Null: its name is shown, since no sign for it is known everywhere. */
  readonly sign: string | null;
  /** Opens a panel, or changes the text. */
  readonly run: (view: EditorView) => void;
  readonly isOn?: (state: EditorState) => boolean;
  readonly can?: (state: EditorState) => boolean;
};

const { nodes, marks } = schema;

/** The buttons above a text: one stop of the Tab key, arrows within (ARIA toolbar pattern). */
export function toolbarPlugin(told: Told): Plugin {
  return new Plugin({
    view: (view) => {
      const bar = new Toolbar(view, told);
      view.dom.parentElement?.insertBefore(bar.element, view.dom);
      bar.update(view);
      return { update: () => bar.update(view), destroy: () => bar.element.remove() };
    },
    props: {
      handleKeyDown: (view, event) => {
        if (event.key !== 'F10' || !event.altKey) return false;
        view.dom.parentElement?.querySelector<HTMLElement>('[role="toolbar"] button[tabindex="0"]')?.focus();
        return true;
      },
    },
  });
}

class Toolbar {
  readonly element: HTMLElement;
  readonly #buttons: readonly (readonly [Tool, HTMLButtonElement])[];
  readonly #view: EditorView;

  constructor(view: EditorView, told: Told) {
    this.#view = view;
    this.#buttons = tools(told).map((tool) => [tool, this.#makeButton(tool, word(told, tool.name))] as const);
    this.#buttons[0]?.[1].setAttribute('tabindex', '0');
    this.element = make(
      'div',
      { class: 'editor-tools', role: 'toolbar', 'aria-label': word(told, 'formatting'), 'aria-controls': view.dom.id },
      ...this.#buttons.map(([, button]) => button),
    );
    this.element.addEventListener('keydown', (event) => this.#move(event));
  }

  update(view: EditorView): void {
    for (const [tool, button] of this.#buttons) {
      if (tool.isOn) button.setAttribute('aria-pressed', String(tool.isOn(view.state)));
      // Not disabled: it would lose the focus of the keyboard.
      if (tool.can) button.setAttribute('aria-disabled', String(!tool.can(view.state)));
    }
  }

  #makeButton(tool: Tool, name: string): HTMLButtonElement {
    const button = make('button', {
      type: 'button',
      tabindex: '-1',
      title: name,
      'aria-label': name,
      'data-sign': tool.sign ?? name,
    });
    // The text keeps its selection while a button is pressed.
    button.addEventListener('mousedown', (event) => event.preventDefault());
    button.addEventListener('click', () => {
      if (button.getAttribute('aria-disabled') !== 'true') tool.run(this.#view);
    });
    return button;
  }

  #move(event: KeyboardEvent): void {
    if (event.key === 'Escape') return this.#view.focus();
    const all = this.#buttons.map(([, button]) => button);
    const at = all.findIndex((button) => button === document.activeElement);
    const isRightToLeft = getComputedStyle(this.element).direction === 'rtl';
    const forward = isRightToLeft ? 'ArrowLeft' : 'ArrowRight';
    const back = isRightToLeft ? 'ArrowRight' : 'ArrowLeft';
    const next = { [forward]: at + 1, [back]: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    for (const button of all) button.setAttribute('tabindex', '-1');
    const target = all[(next + all.length) % all.length];
    target?.setAttribute('tabindex', '0');
    target?.focus();
  }
}

function tools(told: Told): readonly Tool[] {
  return [
    markTool('toolStrong', 'B', 'strong'),
    markTool('toolEm', 'I', 'em'),
    blockTool('toolParagraph', '¶', nodes.paragraph),
    blockTool('toolHeading', 'H2', nodes.heading, { level: 2 }),
    blockTool('toolSubheading', 'H3', nodes.heading, { level: 3 }),
    listTool('toolBullets', '•', nodes.bullets),
    listTool('toolNumbers', '1.', nodes.numbers),
    {
      name: 'toolQuote',
      sign: '“ ”',
      run: (view) => perform(view, wrapIn(nodes.quote)),
      can: (state) => wrapIn(nodes.quote)(state),
      isOn: (state) => isInside(state, nodes.quote),
    },
    {
      name: 'toolLink',
      sign: null,
      run: (view) => openLinkPanel(view, told),
      isOn: (state) => isMarked(state, 'link'),
      can: (state) => !state.selection.empty || isMarked(state, 'link'),
    },
    { name: 'toolPicture', sign: null, run: (view) => openPicturePanel(view, told) },
    { name: 'toolTable', sign: null, run: (view) => perform(view, insertTable), can: (state) => insertTable(state) },
    { name: 'toolRow', sign: '+ ▤', run: (view) => perform(view, addRow), can: (state) => addRow(state) },
    { name: 'toolColumn', sign: '+ ▥', run: (view) => perform(view, addColumn), can: (state) => addColumn(state) },
    { name: 'toolUndo', sign: '↶', run: (view) => perform(view, undo), can: (state) => undo(state) },
    { name: 'toolRedo', sign: '↷', run: (view) => perform(view, redo), can: (state) => redo(state) },
  ];
}

function perform(view: EditorView, command: Command): void {
  command(view.state, view.dispatch, view);
  view.focus();
}

function markTool(name: string, sign: string, mark: 'strong' | 'em'): Tool {
  const command = toggleMark(marks[mark]);
  return {
    name,
    sign,
    run: (view) => perform(view, command),
    isOn: (state) => isMarked(state, mark),
    can: (state) => command(state),
  };
}

function blockTool(name: string, sign: string, type: NodeType, attributes: Record<string, unknown> = {}): Tool {
  const command = setBlockType(type, attributes);
  const isOn = ({ selection }: EditorState) => selection.$from.parent.hasMarkup(type, { ...attributes });
  return { name, sign, run: (view) => perform(view, command), isOn, can: (state) => isOn(state) || command(state) };
}

function listTool(name: string, sign: string, type: NodeType): Tool {
  const command: Command = (state, dispatch) =>
    isInside(state, type) ? liftListItem(nodes.item)(state, dispatch) : wrapInList(type)(state, dispatch);
  return {
    name,
    sign,
    run: (view) => perform(view, command),
    isOn: (state) => isInside(state, type),
    can: (state) => command(state),
  };
}

function isInside({ selection }: EditorState, type: NodeType): boolean {
  return Array.from({ length: selection.$from.depth + 1 }, (_, depth) => selection.$from.node(depth)).some(
    (node) => node.type === type,
  );
}

function isMarked({ selection, doc, storedMarks }: EditorState, mark: 'strong' | 'em' | 'link'): boolean {
  const type = marks[mark];
  if (selection.empty) return type.isInSet(storedMarks ?? selection.$from.marks()) !== undefined;
  return doc.rangeHasMark(selection.from, selection.to, type);
}
