import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const PROGRAM = join(root, 'packages/scrip/bin/scrip.js');
export const OPERATOR_KEY = 'scrip_op_of_the_tests_0123456789';

export interface ScripProcess {
  readonly url: string;
  readonly pid: number;
  readonly output: () => string;
  readonly child: ChildProcess;
  /** Asks one of Scrip's own routes as the operator. */
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Reply>;
  /** Ends the process at once, as a power cut would. */
  readonly kill: () => Promise<void>;
  /** Asks it to stop, and gives its exit code. */
  readonly stop: () => Promise<number | null>;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

export interface StartOptions {
  readonly data: string;
  readonly flags?: readonly string[];
  readonly env?: Record<string, string>;
  /** A command that runs the program, such as a shell with limits. */
  readonly under?: readonly string[];
}

/** Starts the real program, as it was built, and waits until it serves. */
export async function startScrip({
  data,
  flags = [],
  env = {},
  under = [],
}: StartOptions): Promise<ScripProcess> {
  const [command = '', ...args] = [
    ...under,
    process.execPath,
    PROGRAM,
    'serve',
    '--port',
    '0',
    '--data',
    data,
    ...flags,
  ];
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, SCRIP_OPERATOR_KEY: OPERATOR_KEY, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const url = await new Promise<string>((resolve, reject) => {
    const listen = (chunk: Buffer) => {
      output += chunk.toString();
      const match = /serves on (http:\S+)[^]*Press Ctrl/.exec(output);
      if (match?.[1] !== undefined) resolve(match[1]);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    void exited.then(() => reject(new Error(`scrip did not start:\n${output}`)));
  });
  const call: ScripProcess['call'] = async (method, path, body, headers = {}) => {
    const reply = await fetch(`${url}/scrip/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${OPERATOR_KEY}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await reply.text();
    return {
      status: reply.status,
      headers: reply.headers,
      text,
      json: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {},
    };
  };
  return {
    url,
    pid: child.pid ?? 0,
    child,
    output: () => output,
    call,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop: async () => {
      child.kill('SIGTERM');
      return (await exited)[0];
    },
  };
}
