/** Bytes that the JavaScript of this thread holds: its heap, and buffers outside of it. */
export function bytesHeld(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
