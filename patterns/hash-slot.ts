/** How many slots a Redis Cluster deals out to its masters. */
const SLOTS = 16_384;

/**
 * The slot of a key in a Redis Cluster: CRC-16/XMODEM of the key or, where it has braces, of what
 * stands in the first pair, if anything does; as in the cluster specification of Redis.
 */
export function slotOf(key: string): number {
  const [, tag = ""] = /\{(.*?)\}/s.exec(key) ?? [];
  let crc = 0;
  for (const byte of Buffer.from(tag || key)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return crc % SLOTS;
}
