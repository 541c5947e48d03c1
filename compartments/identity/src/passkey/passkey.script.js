// Lets a form be sent with what a passkey signed. The form stays hidden where there is no script or no passkey.
'use strict';

const LIFE_MS = 540_000;
const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0));
const toText = (buffer) =>
  btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(''))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');

async function make(options) {
  options.user.id = toBytes(options.user.id);
  for (const known of options.excludeCredentials || []) known.id = toBytes(known.id);
  const made = await navigator.credentials.create({ publicKey: options });
  return tell(made, ['clientDataJSON', 'attestationObject']);
}

async function sign(options) {
  const signed = await navigator.credentials.get({ publicKey: options });
  return tell(signed, ['clientDataJSON', 'authenticatorData', 'signature', 'userHandle']);
}

function tell(credential, parts) {
  const response = Object.fromEntries(parts.map((part) => [part, toText(credential.response[part] || new ArrayBuffer(0))]));
  return JSON.stringify({ id: credential.id, rawId: toText(credential.rawId), type: credential.type, response });
}

async function ask(form) {
  const failed = form.querySelector('[data-failed]');
  failed.hidden = true;
  try {
    const options = JSON.parse(form.dataset.options);
    options.challenge = toBytes(options.challenge);
    form.elements.namedItem('response').value = await (form.dataset.passkey === 'make' ? make(options) : sign(options));
    form.submit();
  } catch {
    failed.hidden = false;
    failed.focus();
  }
}

for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (!window.PublicKeyCredential) break;
  form.hidden = false;
  for (const told of document.querySelectorAll('[data-without-script]')) told.hidden = true;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    // The challenge on an old page is over: a new page has a new one.
    if (performance.now() > LIFE_MS && form.dataset.passkey === 'sign') location.reload();
    else void ask(form);
  });
}
