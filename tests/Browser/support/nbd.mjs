import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A foreign guest: writes one byte over and over, acknowledged only when durable wherever the policy asks for it. */
export async function write(address, name, offset, length, byte) {
  const { stdout } = await run('qemu-io', ['-f', 'raw', '-c', `write -f -P ${byte} ${offset} ${length}`, `nbd://${address}/${name}`]);
  if (!stdout.includes(`wrote ${length}/${length} bytes`)) throw new Error(`${name} at ${address}: ${stdout}`);
}
