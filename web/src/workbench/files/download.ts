/** Hands bytes to the browser as a file. */
export function downloadBytes(path: string, bytes: Uint8Array<ArrayBuffer>): void {
  downloadBlob(path, new Blob([bytes], { type: 'application/octet-stream' }));
}

export function downloadBlob(path: string, blob: Blob): void {
  const link = document.createElement('a');
  const address = URL.createObjectURL(blob);
  link.href = address;
  link.download = path.slice(path.lastIndexOf('/') + 1);
  link.click();
  // The browser has taken it over by the next turn of its loop.
  setTimeout(() => URL.revokeObjectURL(address), 0);
}
