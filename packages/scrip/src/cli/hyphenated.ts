/** A name of the code in the manner of flags and codes: `occurredAt` is `occurred-at`. */
export function hyphenated(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
