import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { canonical } from './canonical';
import { verifyBundle, rawSignature, type Progress } from './chain';
import { untar } from './tar';

// An export of a control plane after the demo's story: a set-up, a failover, a failback, two drills, 496 records.
const bundle = new Uint8Array(gunzipSync(readFileSync(join(import.meta.dirname, 'fixtures/demo-chain.tar.gz'))));
const subtle = webcrypto.subtle as SubtleCrypto;
const utf8 = new TextEncoder();

type Files = Record<string, Uint8Array>;
const files = (): Files => Object.fromEntries(untar(bundle));
const linesOf = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes).split('\n').filter((line) => line !== '');
const joined = (lines: readonly string[]) => utf8.encode(lines.map((line) => `${line}\n`).join(''));

/** Edits records and their hashes alike, as somebody would who hides a change in the database. */
function tampered(edit: (lines: string[]) => void, both = true): Uint8Array {
  const changed = files();
  for (const name of both ? ['records.jsonl', 'hashes.txt'] : ['records.jsonl']) {
    const lines = linesOf(changed[name]);
    edit(lines);
    changed[name] = joined(lines);
  }

  return tar(changed);
}

function tar(members: Files): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [name, bytes] of Object.entries(members)) {
    const header = new Uint8Array(512);
    header.set(utf8.encode(name));
    header.set(utf8.encode('0000644\0'), 100);
    header.set(utf8.encode(bytes.length.toString(8).padStart(11, '0') + '\0'), 124);
    header[156] = 48;
    header.fill(32, 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.set(utf8.encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    parts.push(header, bytes, new Uint8Array((512 - (bytes.length % 512)) % 512));
  }

  parts.push(new Uint8Array(1024));
  return new Uint8Array(Buffer.concat(parts));
}

describe('an exported chain', () => {
  it('verifies in the browser, with every head, and tells how far it is', async () => {
    const seen: Progress[] = [];
    const verdict = await verifyBundle(bundle, subtle, (progress) => seen.push(progress));
    expect(verdict).toMatchObject({ verified: true, records: 496, total: 496, signedThrough: 496, failure: null, keys: ['babb5af6307303eb'] });
    expect(verdict.headHash).toBe('7c450711379667b8161d4400c431c0f9e5a46c4a6a0abeae341a3cb2b31fa8ce');
    expect(verdict.heads).toBeGreaterThan(1);
    expect(seen).toEqual([{ done: 250, total: 496 }, { done: 496, total: 496 }]);
  });

  it('with one changed byte is named by its first bad record', async () => {
    const verdict = await verifyBundle(tampered((lines) => { lines[299] = (lines[299] ?? '').replace('"success"', '"succesS"'); }, false), subtle);
    expect(verdict).toMatchObject({ verified: false, records: 299, failure: { name: 'record-altered', sequence: 300 } });
  });

  it.each([
    ['deleted', (lines: string[]) => { lines.splice(2, 1); }, 'record-missing', 3],
    ['swapped with its neighbour', (lines: string[]) => { [lines[2], lines[3]] = [lines[3] ?? '', lines[2] ?? '']; }, 'record-reordered', 4],
    ['repeated', (lines: string[]) => { lines.splice(4, 0, lines[3] ?? ''); }, 'record-reordered', 4],
    ['cut off with all after it', (lines: string[]) => { lines.length = 400; }, 'chain-truncated', 401],
  ] as const)('with a record %s says so', async (_, edit, name, sequence) => {
    const { failure } = await verifyBundle(tampered(edit), subtle);
    expect(failure).toMatchObject({ name, sequence });
  });

  it('that was rewritten with fitting hashes is caught by a signed head', async () => {
    const changed = files();
    const records = linesOf(changed['records.jsonl']);
    records[9] = (records[9] ?? '').replace('"outcome":"success"', '"outcome":"failure"');
    let hash = '0'.repeat(64);
    const hashes: string[] = [];
    for (const record of records) {
      hash = Buffer.from(await subtle.digest('SHA-256', utf8.encode(hash + record))).toString('hex');
      hashes.push(hash);
    }

    const { failure } = await verifyBundle(tar({ ...changed, 'records.jsonl': joined(records), 'hashes.txt': joined(hashes) }), subtle);
    expect(failure).toMatchObject({ name: 'chain-rewritten', sequence: 5 });
  });

  it('whose head speaks other words than were signed is refused', async () => {
    const changed = files();
    const heads = linesOf(changed['heads.jsonl']).map((line) => line.replace(/\\"sequence\\":(\d+)/, '\\"sequence\\":1$1'));
    const { failure } = await verifyBundle(tar({ ...changed, 'heads.jsonl': joined(heads) }), subtle);
    expect(failure).toMatchObject({ name: 'signature-invalid' });
  });

  it('with another key under the right name is refused', async () => {
    const pair = await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    const pem = `-----BEGIN PUBLIC KEY-----\n${Buffer.from(await subtle.exportKey('spki', pair.publicKey)).toString('base64')}\n-----END PUBLIC KEY-----\n`;
    const { failure } = await verifyBundle(tar({ ...files(), 'keys/babb5af6307303eb.pem': utf8.encode(pem) }), subtle);
    expect(failure?.message).toContain('not among the keys');
  });

  it('without a signed head proves nothing and says so', async () => {
    const { failure } = await verifyBundle(tar({ ...files(), 'heads.jsonl': new Uint8Array() }), subtle);
    expect(failure).toMatchObject({ name: 'signature-missing' });
  });

  it('that is cut or no tar at all is named, not guessed at', async () => {
    await expect(verifyBundle(bundle.slice(0, 5000), subtle)).rejects.toThrow('The bundle is cut');
    await expect(verifyBundle(utf8.encode('x'.repeat(2000)), subtle)).rejects.toThrow('not a tar');
  });
});

describe('canonical JSON', () => {
  it('orders keys by UTF-16 units and escapes as the standard does', () => {
    expect(canonical(JSON.parse('{"\\u20ac":1,"\\r":2,"1":3,"\\ud83d\\ude00":4,"\\u0080":"\\u000f\\n\\"é"}')))
      .toBe('{"\\r":2,"1":3,"\u0080":"\\u000f\\n\\"é","€":1,"😀":4}');
  });

  it.each([[1.5], [2 ** 53], ['\ud800'], [undefined]])('refuses %s', (value) => {
    expect(() => canonical(value)).toThrow();
  });

  it('is what every record of a real chain is written in', () => {
    for (const line of linesOf(files()['records.jsonl'])) expect(canonical(JSON.parse(line))).toBe(line);
  });
});

describe('a DER signature', () => {
  it('with short and with sign-padded numbers becomes 64 bytes', () => {
    const raw = rawSignature(Uint8Array.from([0x30, 7, 2, 1, 5, 2, 2, 0, 0x80]));
    expect([raw?.[31], raw?.[63], raw?.length]).toEqual([5, 0x80, 64]);
  });

  it('of another shape is none', () => {
    expect(rawSignature(Uint8Array.from([1, 2, 3]))).toBeNull();
  });
});
