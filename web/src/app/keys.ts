/** Key combinations as commands name them: `mod+Enter`, `F1`, `alt+1`. `mod` is Cmd on a Mac and Ctrl elsewhere. */

const onMac = /Mac|iPhone|iPad/.test(navigator.platform);

export function matchesKeys(event: KeyboardEvent, keys: string): boolean {
  const parts = keys.toLowerCase().split('+');
  const key = parts.at(-1)!;
  const mod = parts.includes('mod');
  const control = parts.includes('ctrl') || (mod && !onMac);
  const command = mod && onMac;
  return (
    event.ctrlKey === control &&
    event.metaKey === command &&
    event.altKey === parts.includes('alt') &&
    event.shiftKey === parts.includes('shift') &&
    // With Alt some layouts make another character of the key; the place on the keyboard stays.
    (event.key.toLowerCase() === key || (event.altKey && event.code.toLowerCase() === `digit${key}`))
  );
}

/** As it stands on the keys: `Ctrl+Enter`, `⌘Enter`. */
export function keysText(keys: string): string {
  return keys
    .split('+')
    .map((part) => {
      if (part === 'mod') return onMac ? '⌘' : 'Ctrl';
      return part.length === 1 ? part.toUpperCase() : part[0]!.toUpperCase() + part.slice(1);
    })
    .join('+');
}
