export type { Brand } from './brand.ts';
export { canonicalJson, type Json } from './canonical-json.ts';
export { FakeClock, type Now, sleepMs } from './clock.ts';
export { isSameSecret, sha256Hex } from './compare.ts';
export { jsonText, readConfig, readJsonFile, wholeNumber } from './config.ts';
export {
  isDiskFull,
  isMissing,
  makeOwnDirectory,
  readFileIfAny,
  refuseFullDisk,
  replaceFile,
  syncDirectory,
  writeDurably,
} from './disk.ts';
export { forEachAtOnce } from './each.ts';
export { type ErrorCode, EstateError, hasCode } from './error.ts';
export { untilStopped } from './lifetime.ts';
export { createLog, type Log } from './log.ts';
export { runRounds } from './rounds.ts';
export { trustAlso } from './trust.ts';
