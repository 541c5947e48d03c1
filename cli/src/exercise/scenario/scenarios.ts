import { administrator } from './administrator.ts';
import { adopted } from './adopted.ts';
import { codeInProcess } from './code-in-process.ts';
import { defacedOnDisk } from './defaced-on-disk.ts';
import { defacement } from './defacement.ts';
import { importScenario } from './import.ts';
import { insider } from './insider.ts';
import { officer } from './officer.ts';
import { ransomware } from './ransomware.ts';
import type { Scenario } from './scenario.ts';
import { wateringHole } from './watering-hole.ts';
import { wiper } from './wiper.ts';

/** All scenarios, in the order in which one estate goes through them: each patch closes one hole, and the wiper comes last. */
export const SCENARIOS: readonly Scenario[] = [
  defacedOnDisk,
  defacement,
  insider,
  administrator,
  ransomware,
  wateringHole,
  codeInProcess,
  adopted,
  officer,
  importScenario,
  wiper,
];
