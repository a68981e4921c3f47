import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { loadAll, YAMLException } from 'js-yaml';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { formatPath } from './format-path.ts';
import { SettingError } from './setting-error.ts';

/** Below what an amount can be. */
const Decimal = Type.String({ pattern: '^(0|[1-9]\\d{0,11})(\\.\\d{1,6})?$' });
/** The names of vendors and of directories are no account's. */
const AccountId = Type.String({
  pattern: '^(?!(?:voicepartner|supertone|voxpria|ocean|\\.\\.?)$)[A-Za-z0-9._-]{1,64}$',
});
const Limit = Type.Object(
  {
    count: Type.Integer({ minimum: 1, maximum: 1_000_000_000 }),
    windowSeconds: Type.Integer({ minimum: 1, maximum: 86_400 }),
  },
  { additionalProperties: false },
);
const LimitOrNone = Type.Union([Limit, Type.Null()]);
const DailyLimit = Type.Integer({ minimum: 1, maximum: 1_000_000_000 });
const perVendor = <T extends Type.TSchema>(schema: T) => ({
  voicepartner: Type.Optional(schema),
  supertone: Type.Optional(schema),
  voxpria: Type.Optional(schema),
  ocean: Type.Optional(schema),
});
const Dialect = Type.Object(
  { enabled: Type.Optional(Type.Boolean()), limit: Type.Optional(LimitOrNone) },
  { additionalProperties: false },
);
const AccountLimits = Type.Object(
  { ...perVendor(LimitOrNone), oceanDailyLimit: Type.Optional(DailyLimit) },
  { additionalProperties: false },
);

/** What a configuration file may hold. The environment and the command line come before it. */
const ConfigFile = Type.Object(
  {
    host: Type.Optional(Type.String({ minLength: 1 })),
    port: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
    data: Type.Optional(Type.String({ minLength: 1 })),
    logLevel: Type.Optional(Type.String()),
    idempotencyHours: Type.Optional(Type.Integer({ minimum: 24, maximum: 87_600 })),
    dialects: Type.Optional(Type.Object(perVendor(Dialect), { additionalProperties: false })),
    accountLimits: Type.Optional(Type.Record(AccountId, AccountLimits, { additionalProperties: false })),
    oceanDailyLimit: Type.Optional(DailyLimit),
    creditPrice: Type.Optional(Decimal),
    trialGrant: Type.Optional(
      Type.Object(
        {
          pool: Type.String({ minLength: 1 }),
          amount: Decimal,
          expiresAfterDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 36_500 })),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

export type ConfigFile = Type.Static<typeof ConfigFile>;

const NAMES = ['scrip.config.json', 'scrip.config.yaml', 'scrip.config.yml'];

/**
 * Reads the named file, or the first of `scrip.config.json`, `.yaml` and `.yml` in the working directory. Throws
 * `SettingError` naming the file and the member that is wrong; no value is repeated, for where the wrong file is named
 * it can be a secret.
 */
export async function readConfigFile(named: string | undefined): Promise<ConfigFile> {
  const names = named === undefined ? NAMES : [named];
  const file = names.map((name) => resolve(name)).find((path) => named !== undefined || existsSync(path));
  if (file === undefined) return {};
  const config = await readWhole(file);
  if (Value.Check(ConfigFile, config)) return config;
  const [error] = Value.Errors(ConfigFile, config);
  throw new SettingError(
    'config-file-invalid',
    `${file}: ${formatPath(error?.instancePath ?? '')} ${flawOf(error)}`,
  );
}

/** What the file holds; nothing where it is empty. */
async function readWhole(file: string): Promise<unknown> {
  const isJson = extname(file) === '.json';
  try {
    if (!['.json', '.yaml', '.yml', ''].includes(extname(file)))
      throw new Error('its name must end in .json, .yaml or .yml, or have no ending');
    // A mark of the byte order is left out.
    const text = new TextDecoder().decode(await readFile(file));
    if (isJson) return text.trim() === '' ? {} : (JSON.parse(text) as unknown);
    const [config = {}, ...more] = loadAll(text);
    if (more.length > 0) throw new Error('it holds more than one document');
    return config;
  } catch (error) {
    throw new SettingError(
      'config-file-unreadable',
      `the configuration file ${file} cannot be read: ${reasonOf(error)}`,
    );
  }
}

/** The parsers' own words repeat pieces of the file. */
function reasonOf(error: unknown): string {
  if (error instanceof YAMLException) {
    const { mark } = error;
    return `it is not YAML${mark === undefined ? '' : ` (line ${mark.line + 1}, column ${mark.column + 1})`}`;
  }
  const { message } = error as Error;
  if (!(error instanceof SyntaxError)) return message;
  const [where] = / \(line \d+ column \d+\)$/.exec(message) ?? [''];
  return `it is not JSON${where.replace(' column', ', column')}`;
}

/** What is wrong with a member: of one that nobody knows, the schema only says that it is false. */
function flawOf(
  error: { readonly keyword: string; readonly schemaPath: string; readonly message: string } | undefined,
): string {
  const ofAccount = error?.schemaPath.endsWith('/accountLimits/additionalProperties') === true;
  if (error?.keyword === 'boolean')
    return ofAccount
      ? 'must not be there: no account can have this id'
      : 'must not be there: it is no setting';
  // The only pattern of a value.
  if (error?.keyword === 'pattern') return 'must be a decimal number in quotes, such as "0.1"';
  return error?.message ?? 'is not valid';
}
