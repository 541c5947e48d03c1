declare module 'ws' {
  import type { Server } from 'node:http';

  export class WebSocket {
    constructor(address: string, options?: { readonly headers?: Readonly<Record<string, string>>; readonly origin?: string });
    on(event: 'message', listener: (data: Buffer) => void): this;
    on(event: 'open', listener: () => void): this;
    on(event: 'close', listener: (code: number) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    on(event: 'unexpected-response', listener: (request: unknown, response: { readonly statusCode?: number }) => void): this;
    send(data: string): void;
    terminate(): void;
  }
  export class WebSocketServer {
    constructor(options: { readonly server: Server });
    readonly clients: ReadonlySet<WebSocket>;
    on(event: 'connection', listener: (socket: WebSocket) => void): this;
  }
}
