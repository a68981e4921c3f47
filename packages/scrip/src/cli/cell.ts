/** A time of the API as people read it: without the milliseconds. */
export function timeCell(text: string | null): string | null {
  return text === null ? null : text.replace(/\.\d{3}Z$/, 'Z');
}

/** An amount that will come or go, and when. */
export function upcomingCell(
  upcoming: { readonly at: string; readonly amount: string } | null,
): string | null {
  return upcoming === null ? null : `${upcoming.amount} at ${timeCell(upcoming.at)}`;
}

/** An object of the API on one line; null where it is empty. */
export function jsonCell(value: Readonly<Record<string, unknown>> | null): string | null {
  return value === null || Object.keys(value).length === 0 ? null : JSON.stringify(value);
}

/** What was drawn from which grant. */
export function lotsCell(
  lots: readonly { readonly grantId: string; readonly amount: string }[],
): string | null {
  return lots.length === 0 ? null : lots.map(({ grantId, amount }) => `${amount} of ${grantId}`).join(', ');
}
