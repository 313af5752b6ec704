/** Whether what is on the screen has accessibility faults, in both themes or in every look that a person can choose. */
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** The only rules whose verdict depends on the look; all others read the document, which is the same in each. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

const FIRST = { colorScheme: 'dark', contrast: 'no-preference' } as const;

const THEMES = [{ colorScheme: 'light', contrast: 'no-preference' }] as const;

/** High contrast has the same elements in fewer colours: looked at in the states of the main story. */
const LOOKS = [
  ...THEMES,
  { colorScheme: 'dark', contrast: 'more' },
  { colorScheme: 'light', contrast: 'more' },
] as const;

/** Colours in the middle of a transition are nobody's: the longest takes 120 ms. */
const SETTLED_MS = 200;

/**
 * The page follows the system's theme, which this changes. `without`: rules that do not fit this state.
 */
export async function accessible(
  page: Page,
  state: string,
  without: readonly string[] = [],
  looks: 'themes' | 'every look' = 'themes',
): Promise<void> {
  await page.emulateMedia(FIRST);
  await page.waitForTimeout(SETTLED_MS);
  await faultless(new AxeBuilder({ page }).withTags(TAGS).disableRules([...without]), `${state}, dark`);
  for (const look of looks === 'themes' ? THEMES : LOOKS) {
    await page.emulateMedia(look);
    await page.waitForTimeout(SETTLED_MS);
    const name = `${state}, ${look.colorScheme}${look.contrast === 'more' ? ', high contrast' : ''}`;
    await faultless(new AxeBuilder({ page }).withRules(COLOUR_RULES), name);
  }
  await page.emulateMedia(FIRST);
}

async function faultless(axe: AxeBuilder, state: string): Promise<void> {
  const { violations } = await axe.analyze();
  const told = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join('\n')}`,
  );
  expect(told, `${state}: no accessibility faults`).toEqual([]);
}
