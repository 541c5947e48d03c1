import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { EstateError } from '@bulkhead/kernel';

const ITERATIONS = 4096;

/**
 * What PostgreSQL stores of a password (RFC 5803), computed here so that the password itself never travels.
 * @throws EstateError `config.invalid` if the password is not 8 to 256 printable ASCII characters (others would need SASLprep)
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  if (!/^[\x20-\x7e]{8,256}$/.test(password)) {
    throw new EstateError('config.invalid', 'setting a database password: it must be 8 to 256 printable ASCII characters');
  }
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const hmac = (key: string) => createHmac('sha256', salted).update(key).digest();
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${hmac('Server Key').toString('base64')}`;
}
