export declare const Type: {
  readonly Data: 0; readonly Headers: 1; readonly Priority: 2; readonly RstStream: 3; readonly Settings: 4; readonly PushPromise: 5;
  readonly Ping: 6; readonly Goaway: 7; readonly WindowUpdate: 8; readonly Continuation: 9; readonly Altsvc: 10; readonly Origin: 12;
  readonly PriorityUpdate: 16;
};
export declare const typeNames: { readonly [type: number]: string };
export declare const Flag: { readonly Ack: 1; readonly EndStream: 1; readonly EndHeaders: 4; readonly Padded: 8; readonly Priority: 0x20 };
export declare const Code: {
  readonly NoError: 0; readonly ProtocolError: 1; readonly InternalError: 2; readonly FlowControlError: 3; readonly SettingsTimeout: 4;
  readonly StreamClosed: 5; readonly FrameSizeError: 6; readonly RefusedStream: 7; readonly Cancel: 8; readonly CompressionError: 9;
  readonly ConnectError: 10; readonly EnhanceYourCalm: 11;
};
export declare const preface: Buffer;
export declare const HEADER_LENGTH: 9;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly payload: Buffer;
}

type Fields = Readonly<Record<string, string>> | ReadonlyArray<readonly [name: string, value: string]>;

export declare function frame(type: number, flags: number, id: number, payload?: Uint8Array, length?: number): Buffer;
export declare function uint32(...values: number[]): Buffer;
export declare function text(string: string): Buffer;
export declare function field(name: string, value: string, first?: number): Buffer;
export declare function block(fields: Fields): Buffer;
export declare function request(more?: Record<string, string>, method?: string): Record<string, string>;
export declare function requestBlock(path?: string, more?: Record<string, string>): Buffer;
export declare function headers(id: number, fields: Fields | Uint8Array, flags?: number): Buffer;
export declare function data(id: number, payload: Uint8Array | string, flags?: number): Buffer;
export declare function ping(payload?: Uint8Array | string, flags?: number): Buffer;
export declare function reset(id: number, code: number): Buffer;
export declare function windowUpdate(id: number, increment: number): Buffer;
export declare function priority(id: number, parent: number, weight: number): Buffer;
export declare function goaway(lastStreamId: number, code: number, debug?: Uint8Array | string): Buffer;
export declare const settingsAck: Buffer;
export declare function settings(...given: Array<Readonly<Record<number, number>> | readonly [id: number, value: number]>): Buffer;
export declare function cut(bytes: Buffer, most?: number): { frames: Frame[]; rest: Buffer };
export declare function goawayOf(frame: Frame): { lastStreamId: number; code: number; opaque: string };
