import type { Language, MailRelay } from '@bulkhead/contracts';
import { createTransport } from 'nodemailer';
import { type Delivery, oneLine } from './letter.rules.ts';

/** How long the relay may take: to let us in, between two words, and for a whole letter. */
export type RelayLimits = { readonly connectMs: number; readonly silenceMs: number; readonly wholeMs: number };
const LIMITS: RelayLimits = { connectMs: 5000, silenceMs: 10_000, wholeMs: 15_000 };
/** Answers to these say something of us and of the relay, not of the letter. */
const OF_THE_RELAY = /^(?:CONN|EHLO|HELO|LHLO|STARTTLS|AUTH|MAIL FROM)/;

/** A letter as it goes over the wire. */
export type Mail = {
  readonly messageId: string;
  readonly date: Date;
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  readonly subject: string;
  readonly body: string;
  readonly language: Language;
};
/** Hands a letter to the relay. Never rejects. */
export type Relay = (mail: Mail) => Promise<Delivery>;

/** The relay that an estate names: TLS always, but to a relay on this machine. Files and addresses are never fetched for a letter. */
export function openRelay(relay: MailRelay, limits = LIMITS): Relay {
  const transport = createTransport({
    host: relay.host,
    port: relay.port,
    secure: relay.security === 'tls',
    requireTLS: relay.security === 'starttls',
    ignoreTLS: relay.security === 'none',
    tls: { minVersion: 'TLSv1.2', ...(relay.ca === undefined ? {} : { ca: relay.ca }) },
    ...(relay.user === undefined ? {} : { auth: { user: relay.user, pass: relay.password ?? '' } }),
    connectionTimeout: limits.connectMs,
    greetingTimeout: limits.connectMs,
    dnsTimeout: limits.connectMs,
    socketTimeout: limits.silenceMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return async (mail) => {
    try {
      const sent = await transport.sendMail({
        messageId: mail.messageId,
        date: mail.date,
        from: mail.from,
        to: { name: '', address: mail.to },
        envelope: { from: mail.from.address, to: mail.to },
        subject: mail.subject,
        text: mail.body,
        textEncoding: 'base64',
        headers: { 'Content-Language': mail.language, 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        signal: AbortSignal.timeout(limits.wholeMs),
      });
      return { kind: 'taken', answer: oneLine(sent.response) };
    } catch (error) {
      return judgeFailure(error);
    }
  };
}

/** What a failure means: for this letter alone, or for all. */
export function judgeFailure(error: unknown): Delivery {
  const { code, responseCode, command, message } = detailsOf(error);
  const answer = oneLine(message);
  if (responseCode === 0 || OF_THE_RELAY.test(command) || responseCode === 421) {
    // Cut off in the middle of a letter: that one letter may be what the relay stumbles over.
    const isOfLetter = /^(?:RCPT TO|DATA)/.test(command) && (code === 'ESOCKET' || code === 'ECONNECTION');
    return { kind: isOfLetter ? 'put off' : 'no relay', answer: answer === '' ? code : answer };
  }
  return { kind: responseCode >= 500 ? 'refused' : 'put off', answer };
}

function detailsOf(error: unknown): {
  readonly code: string;
  readonly responseCode: number;
  readonly command: string;
  readonly message: string;
} {
  if (!(error instanceof Error)) return { code: '', responseCode: 0, command: '', message: String(error) };
  const of = (name: string): unknown => Reflect.get(error, name);
  const [code, responseCode, command] = [of('code'), of('responseCode'), of('command')];
  return {
    code: typeof code === 'string' ? code : '',
    responseCode: typeof responseCode === 'number' ? responseCode : 0,
    command: typeof command === 'string' ? command : '',
    message: error.message,
  };
}
