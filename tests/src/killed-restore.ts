import assert from 'node:assert/strict';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { acknowledgedSchema, drillsSchema, RECOVERY_STEPS, type Recovery } from '@bulkhead/contracts';
import { type EstateProcess, waitUntil } from '@bulkhead/testkit';
import { Visitor } from '@bulkhead/visitor';
import { BusyEditor, Member } from './newsroom.ts';
import { approve, askForRestore, findRecovery, untilRecovery } from './recovery.ts';
import { askDesk, killHard, listProcesses, originOf, untilAllIsWell } from './sites.ts';

type Step = (typeof RECOVERY_STEPS)[number];

/** Who is killed, in this order, and at which step at the earliest. */
export type Kill = readonly [earliest: Step, process: string];
export const KILLS: readonly Kill[] = [
  ['restore', 'receiver'],
  ['restore', 'quarantine-'],
  ['restore', 'recovery'],
  ['verify', 'vault'],
  ['verify', 'quarantine-'],
  ['approve', 'database'],
  ['approve', 'ledger'],
  ['swap', 'gateway'],
  ['swap', 'recovery'],
  ['protect', 'website-pg'],
  ['protect', 'receiver'],
  ['read-only', 'publisher'],
  ['probe', 'gateway'],
];

export function testRestore(estate: EstateProcess, kills: readonly Kill[] = KILLS): void {
  suite('a restore', () => {
    let editor: Member;
    let busy: BusyEditor;
    const reader = new Visitor({ address: '127.0.0.1' });
    before(async () => {
      editor = await Member.enter(estate, 'editor');
      busy = new BusyEditor(editor, 'kept');
      await waitUntil(() => busy.acknowledged.length >= 10, { what: 'drafts are written' });
    });
    after(async () => {
      await busy?.stop();
      editor?.leave();
      reader.leave();
    });

    test('from a copy that somebody altered off-site fails, and the compartment stays sealed', async () => {
      const sealed = await estate.run('seal', 'website', '--reason', 'a test');
      assert.equal(sealed.code, 0, sealed.err);
      for (const kind of ['wal', 'base'] as const) {
        const files = await listArchive(estate, kind);
        assert.ok(files.length > 0, `the archive has ${kind}`);
        for (const file of files) await flipBytes(file);
        const id = await askForRestore(estate, 'website');
        const recovery = await untilRecovery(estate, id, 'the restore has ended', () => false);
        assert.equal(recovery.step, 'failed', `${kind} was altered, the restore is at ${recovery.step}`);
        assert.ok(recovery.failure, 'and says why');
        const website = (await askDesk(estate)).compartments.find(({ name }) => name === 'website');
        assert.equal(website?.desired, 'sealed');
        assert.equal((await editor.read('/')).status, 503);
        for (const file of files) await flipBytes(file);
      }
      assert.equal((await reader.visit(`${originOf(estate, 'www')}/en/`)).status, 200);
    });

    test('ends well with every acknowledged write, whichever process is killed at whichever step', async (t) => {
      const id = await askForRestore(estate, 'website');
      const killed = await killOnTheWay(estate, id, kills);
      for (const line of killed) t.diagnostic(line);
      const recovery = await untilRecovery(estate, id, 'the restore has ended', () => false);
      assert.equal(recovery.step, 'done', recovery.failure ?? '');
      assert.equal(killed.length, kills.length);
      await untilAllIsWell(estate);
      const before = busy.acknowledged.length;
      await waitUntil(() => busy.acknowledged.length > before, { what: 'drafts are written again', timeoutMs: 60_000 });
      await busy.stop();
      assert.deepEqual(await busy.listLost(), []);
      t.diagnostic(`${busy.acknowledged.length} writes acknowledged, none lost`);

      const told = await estate.run('acknowledged', id, '--json');
      assert.equal(told.code, 0, told.out + told.err);
      const { summary, entries } = acknowledgedSchema.parse(JSON.parse(told.out));
      assert.equal(summary.lost, 0, JSON.stringify(entries.slice(0, 3)));
      assert.ok(summary.guaranteed > 0, JSON.stringify(summary));
      const ofEditor = entries.find(({ standing, route }) => standing === 'guaranteed' && route?.startsWith('article.'));
      t.diagnostic(`near the cut: ${JSON.stringify(summary)}`);
      assert.ok(ofEditor?.requestId && ofEditor.accountId, `an editor's write is named: ${JSON.stringify(entries.at(-1))}`);
    });

    test('is proved again by a drill, from the new timeline, with a receipt', async (t) => {
      const asked = await estate.run('drills', '--run', 'website', '--json');
      assert.equal(asked.code, 0, asked.out + asked.err);
      const drill = await waitUntil(
        async () => {
          const { out } = await estate.run('drills', 'website', '--json');
          return drillsSchema.parse(JSON.parse(out)).drills.find(({ result }) => result !== null);
        },
        { what: 'the drill has ended', timeoutMs: 240_000 },
      );
      t.diagnostic(`${drill.sentence}`);
      assert.equal(drill.result, 'passed', drill.sentence ?? '');
      const accepted = drill.outcome?.controls.filter(({ outcome }) => outcome !== 'refused').map(({ kind }) => kind);
      assert.deepEqual(accepted, [], 'no damage went unseen');
      const receipt = await estate.run('drills', '--receipt', drill.id);
      assert.match(receipt.out, /assessment-results/);
      assert.equal((await reader.visit(`${originOf(estate, 'www')}/en/`)).status, 200);
    });
  });
}

/** Kills one process after the other while a restore goes on, and approves it as the second operator when it waits. */
async function killOnTheWay(estate: EstateProcess, id: string, kills: readonly Kill[]): Promise<string[]> {
  const killed: string[] = [];
  let isApproved = false;
  for (const [earliest, name] of kills) {
    const line = await waitUntil(
      async () => {
        const recovery = await findRecovery(estate, id);
        if (isOver(recovery)) return 'over';
        if (!isApproved && recovery.awaiting && positionOf(earliest) > positionOf('approve')) {
          await approve(estate, id);
          isApproved = true;
        }
        if (positionOf(recovery.step) < positionOf(earliest)) return undefined;
        const victim = (await listProcesses(estate)).find((process) => process.name.startsWith(name));
        if (!victim?.pid) return undefined;
        killHard(victim.pid);
        return `${recovery.step}: ${victim.name} killed`;
      },
      { what: `${name} can be killed at ${earliest}`, timeoutMs: 240_000 },
    );
    if (line === 'over') return killed;
    killed.push(line);
  }
  return killed;
}

function isOver({ step }: Recovery): boolean {
  return step === 'done' || step === 'failed' || step === 'refused';
}

function positionOf(step: Recovery['step']): number {
  return RECOVERY_STEPS.findIndex((known) => known === step);
}

/** What off-site's archive holds of the website: its bases, or its WAL. */
async function listArchive({ description }: EstateProcess, kind: 'base' | 'wal'): Promise<string[]> {
  const directory = join(description.data, 'offsite/receiver/website');
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && isOfKind(entry.name, kind))
    .map((entry) => join(entry.parentPath, entry.name));
}

function isOfKind(name: string, kind: 'base' | 'wal'): boolean {
  return kind === 'base' ? name.endsWith('.pack') : /^[0-9A-F]{24}(\.zst\.enc|\.partial)?$/.test(name);
}

/** Inverts some bytes in the middle of a file; done twice, nothing is changed. */
async function flipBytes(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.min(64, size));
    const at = Math.floor(size / 2);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, at);
    await file.write(
      bytes.map((byte) => 255 - byte),
      0,
      bytesRead,
      at,
    );
  } finally {
    await file.close();
  }
}
