/** A row's own words, with anything where it has an ellipsis. */
export function asPattern(says: string): RegExp {
  const parts = says.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^(?:scrip: )?${parts.join('[^]+')}$`, 'm');
}
