import { EstateError, hasCode } from '@bulkhead/kernel';

/** What another process refused is the asker's to know: its own code and sentence, not that a call failed. */
export async function answerOf<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    throw hasCode(error, 'wire.refused') && error instanceof Error && error.cause instanceof EstateError ? error.cause : error;
  }
}
