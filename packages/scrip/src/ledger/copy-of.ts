/** The same text in memory of its own: a part of a longer text keeps all of that. In UTF-16 no two have the same copy. */
export function copyOf(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
