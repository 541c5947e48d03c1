export { limitKeyOf, plainAddress } from './door/address.ts';
export { type Answerer, type Door, type DoorLimits, openDoor, refuseOnSocket, type Visit } from './door/door.ts';
export { checkHeaders, checkPath, type RequestHead, readHead, TARGET_LIMIT } from './door/request-head.ts';
export { restingPath, routeAt } from './door/resting-path.ts';
export { type Annotate, asksOnlyLanguage, EditionDesk, type Served } from './edition/desk.ts';
export { EditionStore } from './edition/edition-store.ts';
export { followEditions, watchDisk } from './edition/follow.ts';
export { Scrubber } from './edition/scrubber.ts';
export { Shelf, type ShelfDeps } from './edition/shelf.ts';
