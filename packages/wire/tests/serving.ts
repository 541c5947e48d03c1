import { parentPort, workerData } from 'node:worker_threads';
import { createLog } from '@bulkhead/kernel';
import { createWireApp, serveWire } from '../src/index.ts';

const app = createWireApp({ secrets: { caller: 'secret' }, log: createLog('wire', 'silent') });
app.get('/', (c) => c.json({ ok: true }));
await serveWire({ app, socket: String(workerData) });
parentPort?.postMessage('ready');
