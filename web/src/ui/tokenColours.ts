/** Tokens for libraries that draw by themselves and take colours as text: `#rrggbb`, or `#rrggbbaa` where it is translucent. */

let probe: CanvasRenderingContext2D | null | undefined;

/** The computed colour of a token such as `--text`. */
export function tokenColour(name: string): string {
  const value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  probe ??= canvasOfOnePixel();
  if (probe === null || value === '') return '#808080';
  probe.clearRect(0, 0, 1, 1);
  probe.fillStyle = value;
  probe.fillRect(0, 0, 1, 1);
  const [r = 0, g = 0, b = 0, a = 255] = probe.getImageData(0, 0, 1, 1).data;
  // Canvas keeps colour multiplied by alpha in eight bits; the three parts come back a little rounded, which nobody sees.
  return `#${[r, g, b, ...(a < 255 ? [a] : [])].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** Pixels of a length token such as `--row`, at the present base size. */
export function tokenPixels(name: string): number {
  const root = getComputedStyle(document.documentElement);
  const value = root.getPropertyValue(name).trim();
  const number = Number.parseFloat(value);
  return value.endsWith('rem') ? number * Number.parseFloat(root.fontSize) : number;
}

function canvasOfOnePixel(): CanvasRenderingContext2D | null {
  const canvas = document.createElement('canvas');
  canvas.width = 1;
  canvas.height = 1;
  return canvas.getContext('2d', { willReadFrequently: true });
}
