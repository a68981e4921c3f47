interface Surroundings {
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
  readonly Deno?: {
    readonly env: { get(name: string): string | undefined };
    readonly permissions?: { querySync?(wanted: object): { readonly state: string } };
  };
}

/**
 * An environment variable; undefined where it is unset or empty, and where there is no environment, as in a browser.
 * Deno is asked for what it has granted already, so that nobody is prompted.
 */
export function readVariable(name: string): string | undefined {
  const { process, Deno } = globalThis as Surroundings;
  if (Deno !== undefined) {
    const granted = Deno.permissions?.querySync?.({ name: 'env', variable: name }).state === 'granted';
    return granted ? notEmpty(Deno.env.get(name)) : undefined;
  }
  return notEmpty(process?.env?.[name]);
}

function notEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
