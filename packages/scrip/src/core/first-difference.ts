/** Where two values of one shape first differ, such as `draws.0.lot`; null when they are the same. An absent member is undefined. */
export function firstDifference(a: unknown, b: unknown): string | null {
  if (a === b) return null;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return '';
  const membersOfA = a as Record<string, unknown>;
  const membersOfB = b as Record<string, unknown>;
  for (const key of Object.keys(membersOfA)) {
    const one = membersOfA[key];
    const other = membersOfB[key];
    if (one === other) continue;
    const path = firstDifference(one, other);
    if (path !== null) return path === '' ? key : `${key}.${path}`;
  }
  for (const key of Object.keys(membersOfB))
    if (membersOfB[key] !== undefined && membersOfA[key] === undefined) return key;
  return null;
}
