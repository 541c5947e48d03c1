import { createLog, readConfig, untilStopped } from '@bulkhead/kernel';
import { connectionTo } from '@bulkhead/postgres';
import { createWireApp, readWireBody, serveWire } from '@bulkhead/wire';
import { z } from 'zod';
import { NoteStore } from './note/note.store.ts';

const schema = z.object({
  SOCKET: z.string(),
  MODE: z.enum(['open', 'read-only']),
  INTERNAL_SECRET: z.string(),
  DATABASE_SOCKET_DIRECTORY: z.string(),
  DATABASE_NAME: z.string(),
  DATABASE_ROLE: z.string(),
  DATABASE_PASSWORD: z.string(),
  BLOB_DIRECTORY: z.string(),
  JOB_TOKEN: z.string().optional(),
});

const config = readConfig(schema, process.env);
const log = createLog('example');
const notes = new NoteStore(
  connectionTo(config.DATABASE_SOCKET_DIRECTORY, {
    database: config.DATABASE_NAME,
    role: config.DATABASE_ROLE,
    password: config.DATABASE_PASSWORD,
  }),
);
const app = createWireApp({ secrets: { supervisor: config.INTERNAL_SECRET }, log });
app.get('/.bulkhead/health', async (c) => {
  await notes.listNotes();
  return c.json({ ok: true });
});
app.get('/about', (c) =>
  c.json({ mode: config.MODE, role: config.DATABASE_ROLE, pid: process.pid, hasToken: config.JOB_TOKEN !== undefined }),
);
app.get('/notes', async (c) => c.json(await notes.listNotes()));
app.post('/notes', async (c) => {
  const { text } = await readWireBody(c.req.raw, z.object({ text: z.string().max(1000) }));
  await notes.addNote(text);
  return c.json({ ok: true });
});
const wire = await serveWire({ app, socket: config.SOCKET, mode: 0o666 });
log.info({ mode: config.MODE }, 'example stands');
await untilStopped({ supervised: true });
await wire.close();
await notes.close();
process.exit(0);
