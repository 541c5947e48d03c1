import { request } from 'node:http';
import { mintToken, type SigningKey, type TokenClaims } from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';

const ANSWER_MS = 5_000;
const REFUSED = 401;
/** No compartment has a page there: a token that is taken is answered otherwise than one that is refused. */
const PATH = '/is-the-old-key-taken';

/** Holds a token signed with a replaced key against a compartment that runs. It alone of all that is asked of it may say no. */
export async function tryOldKey(
  key: SigningKey,
  asked: { readonly compartment: string; readonly socket: string; readonly requestId: string; readonly now: Now },
): Promise<{ readonly tried: number; readonly refused: number }> {
  const claims: TokenClaims = {
    requestId: asked.requestId,
    compartment: asked.compartment,
    accountId: null,
    sessionId: null,
    displayName: null,
    delegation: null,
    roles: [],
    address: '',
    method: 'GET',
    path: PATH,
    bodySha256: null,
    route: 'none',
  };
  const token = await mintToken(key, claims, asked.now);
  const status = await ask(asked.socket, token);
  return { tried: 1, refused: status === REFUSED ? 1 : 0 };
}

function ask(socketPath: string, token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(new EstateError('wire.unreachable', 'trying a replaced key: the compartment does not answer', { cause }));
    const headers = { host: 'localhost', 'bulkhead-token': token };
    const asking = request({ socketPath, path: PATH, headers, timeout: ANSWER_MS }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asking.on('timeout', () => asking.destroy(new Error('no answer in time'))).on('error', fail);
    asking.end();
  });
}
