import { argv } from 'node:process';
import type { VerifyingKey } from '@bulkhead/contracts';
import { createLog } from '@bulkhead/kernel';
import { Chronicle } from '../chronicle.actions.ts';

/** A chronicle as a process that can be killed: prints the sequence of each transaction that the watch sees. */
const options: {
  directory: string;
  jail: { socket: string; secret: string };
  receiver: { socket: string; secret: string };
  key: VerifyingKey;
} = JSON.parse(argv[2] ?? '{}');
const chronicle = new Chronicle({
  compartment: 'site',
  directory: options.directory,
  jail: options.jail,
  receiver: options.receiver,
  keys: { gatewayKeys: [options.key], jobKeys: [], orderKeys: [] },
  onTransaction: (transaction) => void process.stdout.write(`${transaction.sequence}\n`),
  raise: () => undefined,
  isPlanning: () => false,
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  log: createLog('history', 'silent'),
});
chronicle.start();
process.stdin.resume().on('end', () => process.exit(1));
