import type { IncomingMessage } from 'node:http';
import type { Estate, Language } from '@bulkhead/contracts';
import type { Now } from '@bulkhead/kernel';
import type { FindingQueue } from '#finding/finding-queue.actions.ts';
import { describeReport, REPORT_BYTES, ReportLimit, readReport } from './report.rules.ts';

/** What becomes of a report; each has a page of its own. */
export type ReportOutcome = 'thanks' | 'again' | 'later';
export type TakeReport = (incoming: IncomingMessage, language: Language) => Promise<ReportOutcome>;

/** Takes reports of people: bounded in size and number, and nothing is kept of who sent them. */
export function createReportDesk(deps: {
  readonly estate: Pick<Estate, 'compartments' | 'domain'>;
  readonly findings: Pick<FindingQueue, 'raise'>;
  readonly now: Now;
}): TakeReport {
  const limit = new ReportLimit();
  return async (incoming, language) => {
    const body = isForm(incoming) ? await readBody(incoming) : undefined;
    const report = body === undefined ? undefined : readReport(body);
    if (!report) return 'again';
    if (!limit.take(incoming.socket.remoteAddress ?? '', deps.now().getTime())) return 'later';
    deps.findings.raise(describeReport(report, deps.estate, language));
    return 'thanks';
  };
}

/** A form of this page: another site cannot send reports in the name of its readers. */
function isForm({ headers }: IncomingMessage): boolean {
  const isOwn = ['same-origin', 'none', undefined].includes(headers['sec-fetch-site']?.toString());
  return isOwn && /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(headers['content-type'] ?? '');
}

/** Undefined when it is larger than any form of ours, or breaks off. */
async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > REPORT_BYTES) return undefined;
      chunks.push(chunk);
    }
  } catch {
    // Whoever sent it is gone; there is nobody to tell.
    return undefined;
  }
  return Buffer.concat(chunks).toString('utf8');
}
