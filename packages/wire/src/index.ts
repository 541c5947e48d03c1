export { callWire, openWire, type WireCall, type WirePeer, type WireReply } from './call.ts';
export { CALLER_IDLE_MS, SERVER_IDLE_MS } from './idle.ts';
export { listenOnSocket } from './listen.ts';
export { answerStream, createWireApp, readWireBody, serveWire, type WireApp, type WireEnv } from './serve.ts';
