import { cosmiconfig } from 'cosmiconfig';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { formatPath } from './format-path.ts';
import { SettingError } from './setting-error.ts';

/** Below what an amount can be. */
const Decimal = Type.String({ pattern: '^(0|[1-9]\\d{0,11})(\\.\\d{1,6})?$' });
const Limit = Type.Object(
  {
    count: Type.Integer({ minimum: 1, maximum: 1_000_000_000 }),
    windowSeconds: Type.Integer({ minimum: 1, maximum: 86_400 }),
  },
  { additionalProperties: false },
);
const LimitOrNone = Type.Union([Limit, Type.Null()]);
const perVendor = <T extends Type.TSchema>(schema: T) =>
  Type.Object(
    {
      voicepartner: Type.Optional(schema),
      supertone: Type.Optional(schema),
      voxpria: Type.Optional(schema),
      ocean: Type.Optional(schema),
    },
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
    dialects: Type.Optional(
      perVendor(
        Type.Object(
          { enabled: Type.Optional(Type.Boolean()), limit: Type.Optional(LimitOrNone) },
          { additionalProperties: false },
        ),
      ),
    ),
    accountLimits: Type.Optional(Type.Record(Type.String(), perVendor(LimitOrNone))),
    oceanDailyLimit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000 })),
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

/**
 * Reads the named file, or the first of `scrip.config.json`, `.yaml` … and the like in the working directory.
 * Throws `SettingError` naming the file and the member that is wrong.
 */
export async function readConfigFile(named: string | undefined): Promise<ConfigFile> {
  const explorer = cosmiconfig('scrip', {
    searchPlaces: ['scrip.config.json', 'scrip.config.yaml', 'scrip.config.yml'],
    searchStrategy: 'none',
  });
  let found: { config: unknown; filepath: string; isEmpty?: boolean } | null;
  try {
    found = named === undefined ? await explorer.search() : await explorer.load(named);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // Of one that was found, only what is wrong with it says which.
    const file = named ?? (error as { filepath?: string }).filepath;
    throw new SettingError(
      'config-file-unreadable',
      `the configuration file ${file === undefined ? '' : `${file} `}cannot be read: ${reason}`,
    );
  }
  if (found === null || found.isEmpty === true) return {};
  if (Value.Check(ConfigFile, found.config)) return found.config;
  const [error] = Value.Errors(ConfigFile, found.config);
  throw new SettingError(
    'config-file-invalid',
    `${found.filepath}: ${formatPath(error?.instancePath ?? '')} ${flawOf(error)}`,
  );
}

/** What is wrong with a member: of one that nobody knows, the schema only says that it is false. */
function flawOf(error: { readonly keyword: string; readonly message: string } | undefined): string {
  if (error?.keyword === 'boolean') return 'must not be there: it is no setting';
  return error?.message ?? 'is not valid';
}
