const block = 512;

/** The regular files of a plain (ustar) tar, by name. Throws when it is not one or is cut. */
export function untar(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let at = 0;
  while (at + block <= bytes.length) {
    const header = bytes.subarray(at, at + block);
    if (header.every((byte) => byte === 0)) return files;
    if (!checksumIsRight(header)) throw new Error(`The bundle is not a tar: its header at byte ${at} has a wrong checksum.`);
    const name = [cString(header, 345, 155), cString(header, 0, 100)].filter((part) => part !== '').join('/');
    const size = Number.parseInt(cString(header, 124, 12).trim() || '0', 8);
    const from = at + block;
    if (!Number.isFinite(size) || from + size > bytes.length) throw new Error(`The bundle is cut: ${name} should have ${size} bytes.`);
    const type = header[156] ?? 0;
    if (type === 0 || type === 48) files.set(name, bytes.subarray(from, from + size));
    at = from + Math.ceil(size / block) * block;
  }

  throw new Error('The bundle is cut: it has no end mark.');
}

function checksumIsRight(header: Uint8Array): boolean {
  let sum = 0;
  header.forEach((byte, i) => {
    sum += i >= 148 && i < 156 ? 32 : byte;
  });
  return Number.parseInt(cString(header, 148, 8).trim(), 8) === sum;
}

function cString(bytes: Uint8Array, at: number, length: number): string {
  const part = bytes.subarray(at, at + length);
  const end = part.indexOf(0);
  return new TextDecoder().decode(end < 0 ? part : part.subarray(0, end));
}
