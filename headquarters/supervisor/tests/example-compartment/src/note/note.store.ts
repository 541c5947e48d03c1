import { Pool, type PoolConfig } from 'pg';

/** Notes, added without tokens: what the supervisor does with a compartment does not depend on them. */
export class NoteStore {
  readonly #pool: Pool;

  constructor(config: PoolConfig) {
    this.#pool = new Pool({ ...config, max: 4 });
    this.#pool.on('error', () => undefined);
  }

  async listNotes(): Promise<string[]> {
    const { rows } = await this.#pool.query<{ text: string }>('select text from note order by id');
    return rows.map(({ text }) => text);
  }

  async addNote(text: string): Promise<void> {
    await this.#pool.query('insert into note (text) values ($1)', [text]);
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}
