/** The environment's own names for what it may say. Nothing else in the program reads the environment. */
export interface Env {
  readonly configFile: string | undefined;
  readonly database: string | undefined;
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly operatorKey: string | undefined;
  readonly secret: string | undefined;
  readonly logLevel: string | undefined;
  /** Of the server that the command line asks. */
  readonly url: string | undefined;
  /** The key that the command line asks with. */
  readonly key: string | undefined;
}

export function readEnv(environment: NodeJS.ProcessEnv = process.env): Env {
  const named = (name: string) => {
    const value = environment[name];
    return value === undefined || value === '' ? undefined : value;
  };
  return {
    configFile: named('SCRIP_CONFIG'),
    database: named('SCRIP_DATABASE'),
    host: named('SCRIP_HOST'),
    port: named('SCRIP_PORT'),
    operatorKey: named('SCRIP_OPERATOR_KEY'),
    secret: named('SCRIP_SECRET'),
    logLevel: named('SCRIP_LOG_LEVEL'),
    url: named('SCRIP_URL'),
    key: named('SCRIP_KEY'),
  };
}
