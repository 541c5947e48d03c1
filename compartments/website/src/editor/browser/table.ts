import type { ResolvedPos } from 'prosemirror-model';
import { type Command, TextSelection } from 'prosemirror-state';
import { schema } from './schema.ts';

const { nodes } = schema;
const emptyCell = () => schema.node('cell', null, [schema.node('paragraph')]);

/** Puts a table of two columns after the block in which the cursor stands. */
export const insertTable: Command = (state, dispatch) => {
  const { $from } = state.selection;
  if (depthOf($from, 'table') !== undefined || $from.depth === 0) return false;
  if (!dispatch) return true;
  const rows = Array.from({ length: 2 }, () => schema.node('row', null, [emptyCell(), emptyCell()]));
  const at = $from.after(1);
  const changed = state.tr.insert(at, schema.node('table', null, rows));
  dispatch(changed.setSelection(TextSelection.near(changed.doc.resolve(at + 3))).scrollIntoView());
  return true;
};

export const addRow: Command = (state, dispatch) => {
  const { $from } = state.selection;
  const depth = depthOf($from, 'row');
  if (depth === undefined) return false;
  const cells = Array.from({ length: $from.node(depth).childCount }, emptyCell);
  const at = $from.after(depth);
  if (dispatch) {
    const changed = state.tr.insert(at, schema.node('row', null, cells));
    dispatch(changed.setSelection(TextSelection.near(changed.doc.resolve(at + 2))).scrollIntoView());
  }
  return true;
};

export const addColumn: Command = (state, dispatch) => {
  const { $from } = state.selection;
  const depth = depthOf($from, 'table');
  if (depth === undefined) return false;
  const changed = state.tr;
  let at = $from.start(depth);
  for (const row of $from.node(depth).children) {
    changed.insert(changed.mapping.map(at + row.nodeSize - 1), emptyCell());
    at += row.nodeSize;
  }
  if (dispatch) dispatch(changed);
  return true;
};

/** Takes the row away in which the cursor stands, if nothing is written in it; with the last one goes the table. */
export const removeEmptyRow: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  const depth = depthOf($from, 'row');
  if (!empty || depth === undefined || $from.node(depth).textContent !== '') return false;
  const isLast = $from.node(depth - 1).childCount === 1;
  const whole = isLast ? depth - 1 : depth;
  if (dispatch) dispatch(state.tr.delete($from.before(whole), $from.after(whole)));
  return true;
};

/** To the next or the last cell. */
export const goToCell =
  (step: 1 | -1): Command =>
  (state, dispatch) => {
    const { $from } = state.selection;
    const depth = depthOf($from, 'cell');
    if (depth === undefined) return false;
    const cells: number[] = [];
    const table = $from.before(depth - 2);
    $from.node(depth - 2).descendants((node, at) => {
      if (node.type === nodes.cell) cells.push(table + 1 + at);
      return node.type !== nodes.cell;
    });
    const next = cells[cells.indexOf($from.before(depth)) + step];
    if (next === undefined) return false;
    if (dispatch) dispatch(state.tr.setSelection(TextSelection.near(state.doc.resolve(next + 1))).scrollIntoView());
    return true;
  };

function depthOf($from: ResolvedPos, name: 'table' | 'row' | 'cell'): number | undefined {
  for (let depth = $from.depth; depth > 0; depth -= 1) if ($from.node(depth).type === nodes[name]) return depth;
  return undefined;
}
