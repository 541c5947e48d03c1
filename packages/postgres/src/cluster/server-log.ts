import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { withoutValue } from '../session/query-error.ts';

const KEPT_LINES = 20;
const LONGEST_LINE = 2_000;
const LINE = /^(?:\w+\s+)?(DEBUG\d?|INFO|NOTICE|LOG|WARNING|ERROR|FATAL|PANIC|DETAIL|HINT|CONTEXT|STATEMENT):\s+(.*)$/;

type Write = (fields: object, message: string) => void;

/** The part of a log that servers write to; kernel's `Log` is one. */
export type ServerLog = { readonly [Level in 'debug' | 'info' | 'warn' | 'error']: Write };

/** Passes the server's output on to a log, and keeps its last lines for error messages. */
export function followOutput(output: Readable, log: ServerLog): { readonly lastLines: () => string } {
  const kept: string[] = [];
  createInterface({ input: output, crlfDelay: Infinity }).on('line', (line) => {
    const cut = withoutContents(line.slice(0, LONGEST_LINE));
    kept.push(cut);
    if (kept.length > KEPT_LINES) kept.shift();
    const [, severity = 'LOG', message = cut] = LINE.exec(cut) ?? [];
    log[levelOf(severity)]({ severity }, message);
  });
  return { lastLines: () => kept.join('\n') };
}

// An ERROR is a client's, and may quote what it sent; other lines quote settings and names.
function withoutContents(line: string): string {
  return /^\w*\s*ERROR:/.test(line) ? withoutValue(line) : line;
}

function levelOf(severity: string): 'debug' | 'info' | 'warn' | 'error' {
  if (severity === 'PANIC') return 'error';
  // A client's failed statement or log-in is an ERROR or FATAL of that session, not of the server.
  if (severity === 'FATAL' || severity === 'ERROR' || severity === 'WARNING') return 'warn';
  return severity === 'LOG' ? 'info' : 'debug';
}
