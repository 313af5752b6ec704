/** The anchor that GitHub makes of a heading: small letters, digits, hyphens and underscores; spaces become hyphens, the rest goes. */
export function slugOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-');
}
