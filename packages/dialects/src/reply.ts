import { type JsonValue, writeJson } from './json.ts';

/** One HTTP reply, ready to be sent. Header names are lower-case. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** A reply as received. Header names must be lower-case; of a repeated header, the values joined by a comma. */
export interface ReceivedReply {
  status: number;
  headers: Readonly<Record<string, string | undefined>>;
  body: string;
}

/** A reply whose body is `value` in compact JSON. */
export function jsonReply(status: number, value: JsonValue, headers: Record<string, string> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: writeJson(value),
  };
}
