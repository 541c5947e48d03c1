import { z } from 'zod';
import { compartmentNameSchema } from './name.ts';
import { blocksSchema } from './order.ts';

/** A request of an attack, as its token recorded it. Its body is not known, and not needed: the door decides without it. */
export const recordedRequestSchema = z.object({
  method: z.string().max(10),
  /** Path and query, as sent. */
  path: z.string().max(4096),
  route: z.string().max(100),
  sessionId: z.string().max(64).nullable(),
  accountId: z.string().max(64).nullable(),
  address: z.string().max(64),
});
export type RecordedRequest = z.infer<typeof recordedRequestSchema>;

export const REPLAY_REQUESTS_LIMIT = 1000;

/** GET /replays of recovery waits up to 20 s: recorded attacks for the gateway to hold against its door, with nothing passed on. */
export const replaySchema = z.object({
  id: z.string().min(1).max(120),
  compartment: compartmentNameSchema,
  /** Held besides what is in force: what the next order will carry. */
  blocks: blocksSchema,
  requests: z.array(recordedRequestSchema).max(REPLAY_REQUESTS_LIMIT),
});
export type Replay = z.infer<typeof replaySchema>;
export const replaysSchema = z.object({ replays: z.array(replaySchema).max(100) });

export const REPLAY_VERDICTS = ['refused', 'passes', 'unknown'] as const;
/** POST /replays/:id: what the door would have said to each, in their order. */
export const replayAnswerSchema = z.object({
  outcomes: z
    .array(
      z.object({
        /** `unknown`: the door could not tell, such as while identity is closed. */
        verdict: z.enum(REPLAY_VERDICTS),
        /** Which check refused it. */
        detail: z.string().max(300),
      }),
    )
    .max(REPLAY_REQUESTS_LIMIT),
});
export type ReplayAnswer = z.infer<typeof replayAnswerSchema>;

/** GET /compartments/:c/secrets of recovery, for headquarters: what replaces the secrets that the sites were joined with. */
export const rotatedSecretsSchema = z.object({
  /** Null while the one of the joining stands. */
  vaultSecret: z.string().min(32).max(200).nullable(),
  /** The receiver's, to read the WAL. */
  replicationPassword: z.string().min(32).max(200).nullable().default(null),
});
export type RotatedSecrets = z.infer<typeof rotatedSecretsSchema>;
