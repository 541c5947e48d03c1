/** What the gateway says for itself, in English; the other five must have the same keys to compile. */
export const en = {
  // the sealed room
  sealedTitle: '“{service}” is closed: we have contained it',
  restoringTitle: '“{service}” is closed: it is being restored',
  verifyingTitle: '“{service}” is closed: it is being checked',
  sealedLead:
    'We closed this service ourselves, so that whatever is wrong in it cannot spread. It opens again only after it has been restored and checked.',
  stepContained: 'Contained',
  stepRestoring: 'Being restored',
  stepVerifying: 'Being checked',
  stepOpen: 'Open again',
  stepNow: 'now',
  stepsLabel: 'The way back',
  whatIsClosed: 'What is closed',
  closedBy: 'Closed by',
  closedByUs: 'us, {organisation}, on purpose',
  since: 'Since',
  nextUpdate: 'Next update',
  nextUpdateOpen: 'as soon as there is news, on the status page',
  notAffected: 'Not affected',
  publicPagesNote: 'Public pages can be read as before: they are served from the last signed edition.',
  stillOpen: 'open',
  readOnly: 'reading only',
  whatAboutMine: 'What about what I sent?',
  whatAboutMineText:
    'What was confirmed to you before the closure is also kept at a second site. If something was not confirmed, look for it after the reopening before you send it again.',
  toStatus: 'Go to the status page',
  hullLabel: 'A ship with watertight compartments: one is closed off, the others are dry.',
  // all other pages
  requestNumber: 'Request number',
  signInAgain: 'Sign in',
  cannotTitle: 'This cannot be done',
  laterTitle: 'Not available at the moment',
  readOnlyTitle: 'Reading only, at the moment',
  notFoundTitle: 'Page not found',
  signInTitle: 'Please sign in',
  faultTitle: 'Something went wrong',
  malformed: 'The request could not be understood in one way only, so it was refused. Go back, check the address, and try again.',
  misdirected: 'No site of ours stands at this address. Check the name of the host.',
  tooLong: 'The address or the headers of the request are too long.',
  notFound: 'There is no such page. Check the address.',
  wrongMethod: 'This address cannot be used in this way.',
  unauthenticated:
    'You are not signed in, or your session has ended. Nothing that you sent was passed on. Sign in and send it again.',
  forbidden: 'Your account does not allow this. Ask an administrator if you need it.',
  crossSite: 'This request did not come from a page of this site, so it was refused. Open the page here and try again.',
  tooMany: 'There were too many requests in a short time. Wait a little and try again.',
  timedOut: 'What you sent came too slowly and was not passed on. Try again.',
  tooLarge: 'What you sent is too large for this address. Nothing was saved. Send less, or a smaller file.',
  diskFull: 'There is no room to take this at the moment. Do not count on it being saved; an administrator has to make room.',
  unreachable:
    'This service does not answer at the moment. If you had sent something, look whether it is there before you send it again.',
  inDoubt:
    'It is not certain whether this was saved: the service was closed, or did not answer, while it worked on it. Look whether it is there before you send it again.',
  readOnlyText:
    'This service can be read but not changed at the moment. Nothing that you sent was saved. The status page tells more.',
  leaseOut:
    'What is saved here must also be kept at a second site, and that site cannot be reached at the moment. So nothing can be changed; reading goes on. Nothing that you sent was saved.',
  elsewhereTitle: 'Served from our second site',
  elsewhere:
    'These services are not served from here at the moment: we run them from our second site. Nothing that you sent was passed on. The status page tells where to go on.',
  notYet: 'The public pages of this site are being fetched and verified. Unverified pages are not shown. Try again in a moment.',
  sessionEndedTitle: 'We ended your session',
  addressBlockedTitle: 'Your network is refused here for now',
  closedFunctionTitle: 'This function is closed for now',
  sessionStale:
    'What you asked for needs a sign-in of the last ten minutes. Go back, reload the page with the form, confirm that it is you, and send the form again.',
  sessionEnded:
    'We ended your session ourselves, to be safe: somebody may have used it. You have done nothing wrong. Nothing that you sent was passed on. Sign in again, then go on.',
  routeClosed:
    'We closed this function ourselves after an attack, until it has been made safe. The rest of the service works. Nothing that you sent was saved. The status page tells more.',
  addressBlocked:
    'Requests from your network are refused here for now, because an attack came from it. Nothing that you sent was passed on. If you need access, tell us the number below.',
  apiTokenTitle: 'API token',
  apiTokenMissing:
    'This address is for programs. Send a personal API token in the header “Authorization: Bearer …”; cookies count for nothing here.',
  apiTokenRefused: 'This API token is not known, has run out or was ended. Make a new one on the page of your API tokens.',
  apiTokenInAddress:
    'An API token stood in the address, where logs keep it. It was not used. End it, make a new one, and send that in the header “Authorization”.',
  apiTokenReadOnly: 'This API token is for reading only. Nothing was changed. Make one that may also write.',
  apiTokenOutOfScope:
    'This API token carries none of the roles that this needs, or its holder does not hold them any more. Make a token with such a role.',
  signInExpired:
    'This sign-in could not be completed: it took too long, was begun in another browser, or was used before. Please begin again.',
  signInUnreachable:
    'Sign-in cannot be reached at the moment. Until it can, nobody is treated as signed in. Public pages are not affected.',
  fault: 'Something went wrong on our side. It has been recorded. Try again; if it happens again, tell us the number below.',
} as const satisfies Record<string, string>;

export type GatewayWord = keyof typeof en;
export type GatewayWords = Readonly<Record<GatewayWord, string>>;
