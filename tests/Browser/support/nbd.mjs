import { createConnection } from 'node:net';

/** A guest in few lines: connects to an export of an agent and writes durably, one request at a time. */
export async function write(address, name, offset, data) {
  const [host, port] = address.split(':');
  const socket = createConnection({ host, port: Number(port) });
  const reader = socket[Symbol.asyncIterator]();
  let kept = Buffer.alloc(0);
  const receive = async (length) => {
    while (kept.length < length) {
      const { value, done } = await reader.next();
      if (done) throw new Error(`${address} closed the connection to ${name}`);
      kept = Buffer.concat([kept, value]);
    }
    const found = kept.subarray(0, length);
    kept = kept.subarray(length);
    return found;
  };
  try {
    await receive(18);
    const start = Buffer.alloc(20);
    start.writeUInt32BE(3, 0);
    start.write('IHAVEOPT', 4, 'ascii');
    start.writeUInt32BE(1, 12);
    start.writeUInt32BE(name.length, 16);
    socket.write(Buffer.concat([start, Buffer.from(name, 'ascii')]));
    await receive(10);
    const head = Buffer.alloc(28);
    head.writeUInt32BE(0x25609513, 0);
    // Forced unit access: acknowledged means durable wherever the policy asks for it.
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(1, 6);
    head.writeBigUInt64BE(1n, 8);
    head.writeBigUInt64BE(BigInt(offset), 16);
    head.writeUInt32BE(data.length, 24);
    socket.write(Buffer.concat([head, data]));
    const error = (await receive(16)).readUInt32BE(4);
    if (error !== 0) throw new Error(`${name} at ${address} answered error ${error}`);
  } finally {
    socket.destroy();
  }
}
