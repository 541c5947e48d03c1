import type { Dice } from './dice.ts';
import type { Column, Kind, Table } from './drawn-tables.ts';
import type { World } from './world.ts';

type Row = { readonly id: number; readonly [column: string]: unknown };
type Touch = { readonly table: string; readonly id: number; readonly part: string };

/** Honest people and an attacker at work; what honest people are answered for is done in the twin too. */
export class Story {
  readonly #world: World;
  readonly #dice: Dice;
  readonly #tables: readonly Table[];
  readonly #isIndependent: boolean;
  /** Keys that the attack moved: table and key → the key in the twin. */
  readonly #twinIds = new Map<string, number>();
  /** What the attack touched, by the keys of the twin. */
  readonly #attacked = new Set<string>();
  /** Rows whose honest work the twin refused: there it is not defined. */
  readonly undefinedRows = new Set<string>();
  /** Rows on whose attacked cells honest people worked afterwards, as `table key`. */
  readonly builtOn = new Set<string>();
  readonly #moves: { readonly table: string; readonly from: number; readonly to: number }[] = [];
  #serial = 100;
  attackChanges = 0;

  constructor(world: World, dice: Dice, tables: readonly Table[], isIndependent: boolean) {
    this.#world = world;
    this.#dice = dice;
    this.#tables = tables;
    this.#isIndependent = isIndependent;
  }

  async tell(steps: number): Promise<void> {
    for (let at = 0; at < 12; at += 1) await this.#honestStep(true);
    for (let at = 0; at < steps; at += 1) {
      if (this.#dice.chance(0.4)) await this.#attackStep();
      else await this.#honestStep(false);
    }
  }

  /** All keys that a row ever had, under whoever's hands. */
  keysOf(table: string, id: number): number[] {
    const keys = [id];
    for (const key of keys) {
      for (const { table: name, from, to } of this.#moves) {
        if (name !== table || (from !== key && to !== key)) continue;
        for (const one of [from, to]) if (!keys.includes(one)) keys.push(one);
      }
    }
    return keys;
  }

  async #honestStep(onlyInsert: boolean): Promise<void> {
    const table = this.#dice.pick(this.#tables);
    if (table === undefined) return;
    const row = onlyInsert || this.#dice.chance(0.15) ? undefined : this.#dice.pick(await this.#rows(table));
    if (row === undefined) return this.#honestInsert(table);
    const twinId = this.#twinId(table, row.id);
    if (this.#isIndependent && this.#attacked.has(`${table.name}.${twinId}.*`)) return;
    if (this.#dice.chance(0.08)) return this.#honestDelete(table, row, twinId);
    if (this.#dice.chance(0.05)) return this.#honestMove(table, row, twinId);
    if (this.#dice.chance(0.15)) return this.#honestSave(table, row, twinId);
    const column = this.#dice.pick(table.columns.filter(({ kind }) => kind !== 'generated'));
    if (column !== undefined) await this.#honestUpdate(table, column, row, twinId);
  }

  async #honestInsert(table: Table): Promise<void> {
    const id = this.#fresh();
    const texts = table.columns.filter(({ kind }) => kind === 'text' || kind === 'unique');
    const parent = await this.#drawParent(table);
    const names = [...texts.map(({ name }) => name), ...(parent === undefined ? [] : ['p'])];
    const sqlFor = (schema: string, parentId: number | undefined) =>
      `insert into ${schema}.${table.name} (id, ${names.join(', ')}) values (${[
        id,
        ...texts.map(({ name }) => `'h${id}${name}'`),
        ...(parentId === undefined ? [] : [parentId]),
      ].join(', ')})`;
    const twinParent = parent && this.#twinId(parent.table, parent.id);
    await this.#work(table, id, 'row', sqlFor('public', parent?.id), sqlFor('twin', twinParent));
  }

  async #honestDelete(table: Table, row: Row, twinId: number): Promise<void> {
    if (this.#isIndependent && (await this.#isReferred(table, row.id))) return;
    if (this.#isIndependent && [...this.#attacked].some((touched) => touched.startsWith(`${table.name}.${twinId}.`))) return;
    const sqlFor = (schema: string, id: number) => `delete from ${schema}.${table.name} where id = ${id}`;
    const referrers: Touch[] = [];
    await this.#touchReferrers(table, row.id, referrers);
    const before = await this.#twinRows();
    if (!(await this.#work(table, twinId, 'row', sqlFor('public', row.id), sqlFor('twin', twinId)))) return;
    const after = await this.#twinRows();
    const swept = new Set([`${table.name} ${twinId}`, ...referrers.map((touch) => `${touch.table} ${touch.id}`)]);
    // A cascade that did not happen here, since the attack had taken rows out of its way, is not made up.
    for (const name of before) if (!after.has(name) && !swept.has(name)) this.undefinedRows.add(name);
    for (const touch of referrers) this.#noteHonest({ ...touch, part: 'row' });
    if (!this.undefinedRows.has(`${table.name} ${twinId}`)) return;
    for (const touch of referrers) this.undefinedRows.add(`${touch.table} ${touch.id}`);
  }

  async #honestMove(table: Table, row: Row, twinId: number): Promise<void> {
    if (this.#isIndependent && row.id !== twinId) return;
    if (await this.#isReferred(table, row.id)) return;
    if (this.#isIndependent && this.#attacked.has(`${table.name}.${twinId}.pinned`)) return;
    const id = this.#fresh();
    const sqlFor = (schema: string, from: number) => `update ${schema}.${table.name} set id = ${id} where id = ${from}`;
    if (!(await this.#work(table, twinId, 'id', sqlFor('public', row.id), sqlFor('twin', twinId)))) return;
    this.undefinedRows.add(`${table.name} ${twinId}`);
    this.#moves.push({ table: table.name, from: row.id, to: id }, { table: table.name, from: twinId, to: id });
    this.#copyTouches(table, twinId, id);
  }

  // A form that takes the row away and adds it again as it was shown, with one text changed.
  async #honestSave(table: Table, row: Row, twinId: number): Promise<void> {
    const column = this.#dice.pick(table.columns.filter(({ kind }) => kind === 'text'));
    if (column === undefined || (await this.#isReferred(table, row.id))) return;
    if (this.#isIndependent && this.#attacked.has(`${table.name}.${twinId}.${column.name}`)) return;
    if (this.#isIndependent && this.#attacked.has(`${table.name}.${twinId}.pinned`)) return;
    const value = `h${this.#fresh()}`;
    const names = ['id', ...table.columns.filter(({ kind }) => kind !== 'generated').map(({ name }) => name)].join(', ');
    const [shown] = await this.#world.rows<{ row: string }>(
      `select row_to_json(r)::text as row from public.${table.name} r where id = ${row.id}`,
    );
    if (shown === undefined) return;
    const saved = JSON.stringify({ ...JSON.parse(shown.row), [column.name]: value });
    await this.#work(
      table,
      twinId,
      column.name,
      [
        `delete from public.${table.name} where id = ${row.id}`,
        `insert into public.${table.name} (${names}) select ${names} from json_populate_record(null::public.${table.name}, '${saved}')`,
      ],
      `update twin.${table.name} set ${column.name} = '${value}' where id = ${twinId}`,
    );
  }

  async #honestUpdate(table: Table, { name, kind }: Column, row: Row, twinId: number): Promise<void> {
    const change = await this.#drawHonest(table, name, kind, row, twinId);
    if (change === undefined) return;
    const { part, expression, twinExpression } = change;
    if (this.#isIndependent && this.#attacked.has(`${table.name}.${twinId}.${part}`)) return;
    await this.#work(
      table,
      twinId,
      part,
      `update public.${table.name} set ${name} = ${expression} where id = ${row.id}`,
      `update twin.${table.name} set ${name} = ${twinExpression ?? expression} where id = ${twinId}`,
    );
  }

  async #drawHonest(table: Table, name: string, kind: Kind, row: Row, _twinId: number) {
    const value = `h${this.#fresh()}`;
    const stands = row[name];
    if (kind === 'counter') return { part: `${name}+`, expression: `${name} + ${1 + this.#dice.below(9)}` };
    if (kind === 'set' && Array.isArray(stands)) {
      const gone = this.#dice.chance(0.3) ? this.#dice.pick(stands) : undefined;
      if (gone === undefined) return { part: `${name}/${value}`, expression: `${name} || '["${value}"]'` };
      return { part: `${name}/${gone}`, expression: `${name} - '${gone}'` };
    }
    if (kind === 'words' && Array.isArray(stands)) {
      const gone = this.#dice.chance(0.3) ? this.#dice.pick(stands) : undefined;
      if (gone === undefined) return { part: `${name}/${value}`, expression: `array_append(${name}, '${value}')` };
      return { part: `${name}/${gone}`, expression: `array_remove(${name}, '${gone}')` };
    }
    if (kind === 'json') {
      const key = `k${this.#dice.below(4)}`;
      return { part: `${name}/${key}`, expression: `jsonb_set(${name}, '{${key}}', '"${value}"')` };
    }
    if (kind === 'reference') {
      const parent = await this.#drawParent(table);
      if (parent === undefined || parent.id === stands) return undefined;
      return { part: name, expression: String(parent.id), twinExpression: String(this.#twinId(parent.table, parent.id)) };
    }
    return { part: name, expression: `'${value}'` };
  }

  async #attackStep(): Promise<void> {
    const table = this.#dice.pick(this.#tables);
    if (table === undefined) return;
    const rows = await this.#rows(table);
    const statements: string[] = [];
    const touches: Touch[] = [];
    const moves: { readonly from: number; readonly to: number }[] = [];
    for (let left = 1 + this.#dice.below(3); left > 0; left -= 1) {
      const row = this.#dice.chance(0.2) ? undefined : this.#dice.pick(rows);
      if (row === undefined) await this.#attackInsert(table, statements, touches);
      else await this.#attackRow(table, row, statements, touches, moves);
    }
    try {
      await this.#world.attack(...statements);
    } catch {
      return;
    }
    this.attackChanges += statements.length;
    for (const { table: name, id, part } of touches) this.#attacked.add(`${name}.${id}.${part}`);
    for (const { from, to } of moves) {
      this.#twinIds.set(`${table.name} ${to}`, this.#twinId(table, from));
      this.#moves.push({ table: table.name, from, to });
    }
  }

  async #attackInsert(table: Table, statements: string[], touches: Touch[]): Promise<void> {
    const id = this.#fresh();
    const parent = await this.#drawParent(table, true);
    const [column, value] = parent === undefined ? ['', ''] : [', p', `, ${parent.id}`];
    statements.push(`insert into ${table.name} (id, a${column}) values (${id}, 'evil${id}'${value})`);
    touches.push({ table: table.name, id, part: '*' });
    if (parent) touches.push({ table: parent.table.name, id: this.#twinId(parent.table, parent.id), part: 'pinned' });
  }

  async #attackRow(
    table: Table,
    row: Row,
    statements: string[],
    touches: Touch[],
    moves: { readonly from: number; readonly to: number }[],
  ): Promise<void> {
    const id = this.#twinId(table, row.id);
    const touch = (part: string) => touches.push({ table: table.name, id, part });
    const parent = table.columns.find(({ kind }) => kind === 'reference');
    if (parent?.to !== undefined && typeof row['p'] === 'number') {
      touches.push({ table: parent.to, id: this.#twinIdOf(parent.to, row['p']), part: 'pinned' });
    }
    if (this.#dice.chance(0.15)) {
      statements.push(`delete from ${table.name} where id = ${row.id}`);
      touch('*');
      if (this.#dice.chance(0.3)) statements.push(`insert into ${table.name} (id, a) values (${row.id}, 'evil again')`);
      await this.#touchReferrers(table, row.id, touches);
      return;
    }
    if (this.#dice.chance(0.1) && !(await this.#isReferred(table, row.id))) {
      const to = this.#fresh();
      statements.push(`update ${table.name} set id = ${to} where id = ${row.id}`);
      moves.push({ from: row.id, to });
      touch('pinned');
      touch('id');
      return;
    }
    const column = this.#dice.pick(table.columns.filter(({ kind }) => kind !== 'generated'));
    if (column === undefined) return;
    const written = await this.#drawAttack(table, column, row);
    statements.push(`update ${table.name} set ${column.name} = ${written.expression} where id = ${row.id}`);
    for (const part of written.parts) touch(part);
  }

  async #drawAttack(table: Table, { name, kind }: Column, row: Row): Promise<{ expression: string; parts: string[] }> {
    const value = `x${this.#fresh()}`;
    const stands = row[name];
    if (kind === 'counter') return { expression: `${name} + ${this.#dice.below(1000) - 500}`, parts: [`${name}!`] };
    if ((kind === 'set' || kind === 'words') && Array.isArray(stands)) {
      const kept = stands.filter(() => this.#dice.chance(0.5));
      const parts = [value, ...stands].map((element) => `${name}/${element}`);
      const all = [...kept, value].map((element) => JSON.stringify(element)).join(',');
      return { expression: kind === 'set' ? `'[${all}]'` : `'{${all}}'`, parts };
    }
    if (kind === 'json') {
      const key = `k${this.#dice.below(4)}`;
      return { expression: `jsonb_set(${name}, '{${key}}', '"${value}"')`, parts: [`${name}/${key}`] };
    }
    if (kind === 'reference') {
      const parent = await this.#drawParent(table, true);
      return { expression: parent === undefined ? 'null' : String(parent.id), parts: [name] };
    }
    return { expression: `'${value}'`, parts: [name] };
  }

  /** Runs honest work, and does it in the twin if it was accepted. */
  async #work(table: Table, twinId: number, part: string, sql: string | readonly string[], twinSql: string): Promise<boolean> {
    try {
      await this.#world.honest(...[sql].flat());
    } catch {
      return false;
    }
    this.#noteHonest({ table: table.name, id: twinId, part });
    try {
      await this.#world.admin.query(twinSql);
    } catch {
      this.undefinedRows.add(`${table.name} ${twinId}`);
    }
    return true;
  }

  #noteHonest({ table, id, part }: Touch): void {
    const prefix = `${table}.${id}.`;
    const isMet = [...this.#attacked]
      .filter((touched) => touched.startsWith(prefix))
      .map((touched) => touched.slice(prefix.length))
      .some((touched) => touched !== 'pinned' && (touched === part || touched === '*' || part === 'row'));
    if (isMet) this.builtOn.add(`${table} ${id}`);
  }

  async #rows(table: Table): Promise<Row[]> {
    return this.#world.rows<Row>(`select * from public.${table.name} order by id`);
  }

  async #drawParent(table: Table, isAttack = false): Promise<{ readonly table: Table; readonly id: number } | undefined> {
    const reference = table.columns.find(({ kind }) => kind === 'reference');
    const parent = this.#tables.find(({ name }) => name === reference?.to);
    if (parent === undefined || this.#dice.chance(0.3)) return undefined;
    const rows = await this.#rows(parent);
    const free = rows.filter(({ id }) => {
      if (isAttack || !this.#isIndependent) return true;
      return this.#twinId(parent, id) === id && !this.#attacked.has(`${parent.name}.${id}.*`);
    });
    const row = this.#dice.pick(free);
    return row && { table: parent, id: row.id };
  }

  async #twinRows(): Promise<Set<string>> {
    const all = new Set<string>();
    for (const { name } of this.#tables) {
      for (const { id } of await this.#world.rows<Row>(`select id from twin.${name}`)) all.add(`${name} ${id}`);
    }
    return all;
  }

  async #isReferred(table: Table, id: number): Promise<boolean> {
    for (const child of this.#tables) {
      if (!child.columns.some(({ to }) => to === table.name)) continue;
      if ((await this.#world.rows(`select 1 from public.${child.name} where p = ${id} limit 1`)).length > 0) return true;
    }
    return false;
  }

  // A deletion that cascades or sets to null touches those that refer to the row.
  async #touchReferrers(table: Table, id: number, touches: Touch[]): Promise<void> {
    for (const child of this.#tables) {
      if (!child.columns.some(({ to }) => to === table.name)) continue;
      for (const row of await this.#world.rows<Row>(`select id from public.${child.name} where p = ${id}`)) {
        if (touches.some((one) => one.table === child.name && one.id === this.#twinId(child, row.id) && one.part === '*'))
          continue;
        touches.push({ table: child.name, id: this.#twinId(child, row.id), part: '*' });
        await this.#touchReferrers(child, row.id, touches);
      }
    }
  }

  #copyTouches(table: Table, from: number, to: number): void {
    const prefix = `${table.name}.${from}.`;
    for (const touched of this.#attacked) {
      if (touched.startsWith(prefix)) this.#attacked.add(`${table.name}.${to}.${touched.slice(prefix.length)}`);
    }
  }

  #twinId(table: Table, id: number): number {
    return this.#twinIdOf(table.name, id);
  }

  #twinIdOf(table: string, id: number): number {
    return this.#twinIds.get(`${table} ${id}`) ?? id;
  }

  #fresh(): number {
    this.#serial += 1;
    return this.#serial;
  }
}
