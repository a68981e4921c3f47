export interface Welcome {
  readonly url: string;
  readonly directory: string;
  /** Shown once; null when it has been shown before or was chosen by the operator. */
  readonly newOperatorKey: string | null;
  readonly demoKey: string | null;
}

/** What a start says on the terminal. */
export function welcome({ url, directory, newOperatorKey, demoKey }: Welcome): string {
  const lines = [`Scrip serves on ${url}`, `Data is in ${directory}`];
  if (newOperatorKey !== null) lines.push('', keyNotice(newOperatorKey).trimEnd());
  if (demoKey !== null)
    lines.push(
      '',
      'A demo account has been made. Its balance, as each of the four vendors tells it:',
      '',
      '  # Voice Partner',
      `  curl -s "${url}/v1/me/${demoKey}"`,
      '  # Supertone',
      `  curl -s "${url}/v1/credits" -H "x-sup-api-key: ${demoKey}"`,
      '  # Voxpria',
      `  curl -s "${url}/api/v1/credits" -H "Authorization: Bearer ${demoKey}"`,
      '  # Ocean.io',
      `  curl -s "${url}/v2/credits/balance" -H "x-api-token: ${demoKey}"`,
    );
  return `${lines.join('\n')}\n\nPress Ctrl+C to stop.\n`;
}

/** The same for programs, in one line. */
export function welcomeJson({ url, directory, newOperatorKey, demoKey }: Welcome): string {
  return `${JSON.stringify({ url, data: directory, operatorKey: newOperatorKey, demoKey })}\n`;
}

export function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

export function keyNotice(operatorKey: string): string {
  return `Operator key (shown only now; keep it safe):\n  ${operatorKey}\n`;
}
