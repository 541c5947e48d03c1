import { catalogChanged } from './catalog-changed.rules.ts';
import { roleGranted } from './role-granted.rules.ts';
import type { TransactionRule } from './rule.rules.ts';
import { writeBadlyTagged } from './write-badly-tagged.rules.ts';
import { writeCanary } from './write-canary.rules.ts';
import { writeForeignContent } from './write-foreign-content.rules.ts';
import { writeKeyOutOfRange } from './write-key-out-of-range.rules.ts';
import { writeMassChange } from './write-mass-change.rules.ts';
import { writeOutsideSet } from './write-outside-set.rules.ts';
import { writeTaggedTwice } from './write-tagged-twice.rules.ts';
import { writeUntagged } from './write-untagged.rules.ts';

/** Every rule that looks at one transaction. */
export const TRANSACTION_RULES: readonly TransactionRule[] = [
  writeUntagged,
  writeTaggedTwice,
  writeBadlyTagged,
  writeKeyOutOfRange,
  writeOutsideSet,
  writeCanary,
  writeMassChange,
  writeForeignContent,
  catalogChanged,
  roleGranted,
];
