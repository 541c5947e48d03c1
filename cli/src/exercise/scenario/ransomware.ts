import { randomBytes } from 'node:crypto';
import { chmod, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '@bulkhead/kernel';
import { filesOf } from '#estate/paths.ts';
import type { NewsroomMember, Version } from '#sample/newsroom.ts';
import { readMarked } from '../attack.store.ts';
import { drawNoise } from '../noise.ts';
import { attackVault } from '../wiper.ts';
import { newestFinding, scopeOfStrangers, untilFound } from './finding.ts';
import { inject, injectAgain } from './injection.ts';
import { COMPARTMENT, type Scenario, type Stage } from './scenario.ts';

const FROM = '127.0.0.88';
const DIGEST = /^[0-9a-f]{64}$/;

/**
 * Most rows of the website are overwritten with random text by requests of one session, bodies too; pictures are replaced by
 * noise through their form, pointers to others go astray, and the blobs on headquarters' disk are overwritten with random
 * bytes. Then the same is tried with what off-site keeps of them.
 */
export const ransomware: Scenario = {
  name: 'ransomware',
  question: 'Was it ransomware? Are the files lost?',
  way: 'undo',
  isAttributable: true,
  patch: 'second',
  attack: async (stage) => {
    const { mark, now, paths, tell } = stage;
    const [begunAt, begunMs, newest] = [now(), performance.now(), await newestFinding(stage)];
    const noise = `'${mark} ' || md5(random()::text)`;
    // A title holds 200 signs, and a field is one request.
    const batches = [
      [`update article_text set title = ${noise} where article_id % 10 < 9`],
      [`update article_text set summary = ${noise} where article_id % 10 < 9`],
      // Every text of the tree; what stands around them stays, so that the form and the pages take it for a text.
      [
        `update article_text set body=regexp_replace(body::text,'"text": "([^"\\\\]|\\\\.)*"','"text": "'||md5(random()::text)||'"','g')::jsonb where article_id%10<9`,
      ],
      [`insert into picture select md5('${mark}')||md5(n::text),'image/png',1,1,1,'x',now() from generate_series(1,3) n`],
      [`update article_version set picture_sha256 = md5('${mark}')||md5('1') where picture_sha256 is not null`],
    ];
    const given = { field: 'title', from: FROM, batches } as const;
    const honest = (await listBlobs(stage)).map(({ digest }) => digest);
    const { thief, sent } = await inject(stage, given);
    const replaced = await replacePictures(stage, thief);
    const rows = await readMarked(paths, mark);
    const blobs = await overwriteBlobs(stage);
    tell(`${rows} rows, ${replaced.length} pictures and ${blobs} blobs at headquarters are overwritten with noise`);
    const { attempts, altered } = await attackVault(stage);
    const taken = attempts.filter(({ refused }) => !refused).map(({ what }) => what);
    tell(
      `${attempts.length} attempts to overwrite blobs off-site: ${attempts.length - taken.length} refused, ${altered.length} altered`,
    );
    const again = async () => {
      const before = await readMarked(paths, mark);
      const wasRun = async () => (await readMarked(paths, mark)) > before + 1;
      const damaged = await listDamaged(stage, honest);
      return [
        ...(await injectAgain(stage, { ...given, thief, wasRun })),
        { what: 'a picture is lost', succeeded: damaged.length > 0 },
        { what: 'overwrite blobs off-site', succeeded: taken.length + altered.length > 0 },
      ];
    };
    const requests = [...sent, ...replaced].map(({ requestId }) => requestId);
    const vault = { attempts: attempts.length, refused: attempts.length - taken.length, altered: altered.length };
    return { begunAt, begunMs, newest, requests, xids: [], rows, again, details: { blobs, vault } };
  },
  find: async (stage, attack) => ({ ...(await untilFound(stage, attack)), scope: await scopeOfStrangers(stage) }),
};

/** Puts noise in the place of pictures of honest drafts, by the form. */
async function replacePictures({ boards, people, mark }: Stage, thief: NewsroomMember): Promise<Version[]> {
  const replaced: Version[] = [];
  for (const slug of boards.slice(1, 3)) {
    const version = people.staff.where(slug);
    const fields = { credit: mark, 'alt-en': `${mark} was here` };
    if (version) replaced.push(await thief.addPicture(version, drawNoise('noise.png'), fields));
  }
  return replaced;
}

/** The website's blobs on headquarters' disk. */
async function listBlobs({ paths }: Stage): Promise<{ readonly digest: string; readonly path: string }[]> {
  const directory = join(filesOf(paths).headquarters.directory, COMPARTMENT, 'blobs');
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && DIGEST.test(entry.name))
    .map(({ name, parentPath }) => ({ digest: name, path: join(parentPath, name) }));
}

/** Overwrites all of them, as the website's process could; @returns how many */
async function overwriteBlobs(stage: Stage): Promise<number> {
  const blobs = await listBlobs(stage);
  for (const { path } of blobs) {
    await chmod(path, 0o600);
    await writeFile(path, randomBytes(512));
  }
  return blobs.length;
}

/** Of pictures that were there before the attack, those that an editor who looks at them does not get as they were. */
async function listDamaged({ people }: Stage, digests: readonly string[]): Promise<string[]> {
  const [editor = ''] = people.staff.editors;
  const damaged: string[] = [];
  for (const digest of digests) {
    const page = await people.staff.member(editor).read(`/pictures/${digest}`);
    if (page.status !== 200 || sha256Hex(page.body) !== digest) damaged.push(digest);
  }
  return damaged;
}
