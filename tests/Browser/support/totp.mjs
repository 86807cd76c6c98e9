import { createHmac } from 'node:crypto';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const stepMs = 30_000;

/** Six digits as an authenticator app counts them (RFC 6238); `ahead` is in half minutes, one is still taken. */
export function codeOf(secret, ahead = 0, now = Date.now()) {
  const bits = [...secret.replaceAll(/[\s=]/g, '').toUpperCase()].map((each) => letters.indexOf(each).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((each) => parseInt(each, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / stepMs) + ahead));
  const mac = createHmac('sha1', key).update(counter).digest();
  const from = mac[19] & 15;
  return String((mac.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** A code that is right at no time near now. */
export function wrongCode(secret) {
  const right = Array.from({ length: 11 }, (_, at) => codeOf(secret, at - 5));
  return Array.from({ length: 12 }, (_, at) => String(at).repeat(6).slice(0, 6)).find((each) => !right.includes(each));
}
