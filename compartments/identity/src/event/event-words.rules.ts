import { fillIn } from '@bulkhead/web';
import type { AccessWords } from '#words/access.ts';
import type { AccountEvent, EventKind } from './event.rules.ts';

/** One sentence that tells what happened. */
export function tellEvent(event: Pick<AccountEvent, 'kind' | 'detail'>, words: AccessWords): string {
  const sentences: Readonly<Record<EventKind, string>> = {
    'signed in': words.eventSignedIn,
    'passkey added': words.eventPasskeyAdded,
    'passkey removed': words.eventPasskeyRemoved,
    'passkey copied': words.eventPasskeyCopied,
    'recovery code used': words.eventRecoveryCodeUsed,
    'recovery codes made': words.eventRecoveryCodesMade,
    'authenticator changed': words.eventAuthenticatorChanged,
    'password changed': words.eventPasswordChanged,
  };
  return fillIn(sentences[event.kind], { name: event.detail });
}
