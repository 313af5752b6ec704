/**
 * Bytes that the JavaScript of this thread holds: its heap and its buffers. Memory of WebAssembly does not count: it is address space, hardly
 * any of it touched, and is given back late.
 */
export function bytesHeld(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
