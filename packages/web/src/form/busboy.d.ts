declare module 'busboy' {
  import type { IncomingHttpHeaders } from 'node:http';
  import type { Readable, Writable } from 'node:stream';

  type Options = {
    readonly headers: IncomingHttpHeaders;
    readonly defCharset?: string;
    readonly defParamCharset?: string;
    readonly limits?: {
      readonly fieldSize?: number;
      readonly fields?: number;
      readonly files?: number;
      readonly parts?: number;
    };
  };
  type FileInfo = { readonly filename?: string };
  type FieldInfo = { readonly valueTruncated: boolean };
  export interface Busboy extends Writable {
    on(event: 'field', listener: (name: string | undefined, value: string, info: FieldInfo) => void): this;
    on(event: 'file', listener: (name: string | undefined, content: Readable, info: FileInfo) => void): this;
    on(event: 'partsLimit' | 'filesLimit' | 'fieldsLimit', listener: () => void): this;
    on(event: string, listener: (...given: unknown[]) => void): this;
  }
  export default function busboy(options: Options): Busboy;
}
