import { readFile, stat } from 'node:fs/promises';
import { originUrl } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import { getRunningEstate } from '#estate/run.ts';
import { listSampleAccounts } from '#sample/accounts.ts';
import { NewsroomMember } from '#sample/newsroom.ts';
import { type Given, type Option, type Surroundings, textOf } from '../command.ts';

const accountSchema = z.object({ email: z.string(), password: z.string(), totpSecret: z.string() });
type Account = z.infer<typeof accountSchema>;
const ACCOUNT_BYTES = 10_000;

export const ACCOUNT_OPTION: Option = {
  type: 'string',
  value: 'file',
  help: 'JSON {email, password, totpSecret} of the editor as whom this is done',
};

/** Signs in to the newsroom as the editor whose account was given; in a sample estate as its own editor. */
export async function enterNewsroom(given: Given, { paths, now, configuration }: Surroundings): Promise<NewsroomMember> {
  const running = await getRunningEstate(paths);
  const member = new NewsroomMember({
    origin: originUrl(running.estate, 'newsroom'),
    address: running.estate.listenAddress,
    account: await readAccount(given, running),
    now,
    certificates: configuration.tlsCertificate ? await readFile(configuration.tlsCertificate, 'utf8') : undefined,
  });
  await member.signIn();
  return member;
}

async function readAccount(given: Given, running: Awaited<ReturnType<typeof getRunningEstate>>): Promise<Account> {
  const file = textOf(given, 'account');
  if (file !== undefined) return readAccountFile(file);
  if (!running.estate.isSample)
    throw new EstateError('input.invalid', 'signing in to the newsroom: say with --account as which editor');
  const found = (await listSampleAccounts(running.headquarters)).find(({ roles }) => roles['website']?.includes('editor'));
  if (found) return found;
  throw new EstateError('config.invalid', 'signing in to the newsroom: no sample account is editor of the website');
}

/** An account as a file of its holder alone tells it. */
export async function readAccountFile(file: string): Promise<Account> {
  const entry = await stat(file).catch(() => undefined);
  if (!entry?.isFile() || entry.size > ACCOUNT_BYTES)
    throw new EstateError('input.invalid', `reading --account ${file}: there is no such file`);
  if ((entry.mode & 0o077) !== 0)
    throw new EstateError('input.invalid', `reading --account ${file}: others can read it: chmod 600 ${file}`);
  try {
    return accountSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    throw new EstateError('input.invalid', `reading --account ${file}: it must be JSON with email, password and totpSecret`);
  }
}
