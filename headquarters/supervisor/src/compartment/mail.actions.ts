import { readFile } from 'node:fs/promises';
import type { Mail, MailRelay } from '@bulkhead/contracts';
import type { Log } from '@bulkhead/kernel';

const FILE_LIMIT = 1_000_000;

/**
 * The relay as the process that sends gets it, with what stands in files. Read anew at each start of that process; what cannot be
 * read keeps nobody from starting: letters wait, and administrators see why.
 */
export async function describeMail(mail: Mail | undefined, log: Log): Promise<Record<string, string>> {
  if (mail === undefined) return {};
  const { passwordFile, caFile, ...rest } = mail;
  try {
    const relay: MailRelay = {
      ...rest,
      ...(passwordFile === undefined ? {} : { password: (await readSmall(passwordFile)).trimEnd() }),
      ...(caFile === undefined ? {} : { ca: await readSmall(caFile) }),
    };
    return { MAIL_JSON: JSON.stringify(relay) };
  } catch (error) {
    log.error({ err: error }, 'reading the files of the mail relay');
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read';
    return { MAIL_FAULT: `the password or the certificates of the mail relay: ${why}` };
  }
}

async function readSmall(path: string): Promise<string> {
  const text = await readFile(path, 'utf8');
  if (text.length > FILE_LIMIT) throw new Error(`${path} is larger than ${FILE_LIMIT} bytes`);
  return text;
}
