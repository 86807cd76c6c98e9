import { canonical } from './canonical';
import { untar } from './tar';

/*
 * Verifies an exported chain from its bytes alone: h(n) = SHA-256(h(n-1) as 64 hex characters ‖ record n as canonical
 * JSON), h(0) = 64 zeros; each signed head is ECDSA P-256 over its statement. What each tampering looks like, which is
 * what names it (the same names as `runbooks audit verify`):
 *
 *   delete 3    1 2 4 5      4 stands where 3 belongs, and 3 is nowhere       record-missing 3
 *   reorder     1 2 4 3 5    4 stands where 3 belongs, and 3 comes later      record-reordered 4
 *   edit 3      1 2 3'4 5    3' stands in its place, its hash is wrong        record-altered 3
 *   truncate    1 2 3        all agree, but a signed head speaks of 5         chain-truncated 4
 *   rewrite     1 2 3'4'5'   all agree, but a signed head of 5 disagrees      chain-rewritten 1
 *
 * Nothing of the control plane takes part: it could be the one that lies.
 */

export interface ChainFailure {
  readonly name: string;
  readonly sequence: number;
  readonly message: string;
}

export interface ChainVerdict {
  readonly verified: boolean;
  readonly records: number;
  readonly total: number;
  readonly headHash: string;
  readonly signedThrough: number;
  readonly heads: number;
  /** Fingerprints of the keys that signed, to be compared with ones obtained another way. */
  readonly keys: readonly string[];
  readonly failure: ChainFailure | null;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
}

interface Head {
  readonly sequence: number;
  readonly hash: string;
  readonly at: string;
  readonly keyId: string;
  readonly statement: string;
  readonly signature: Uint8Array<ArrayBuffer>;
}

const genesis = '0'.repeat(64);
const reportEvery = 250;

export async function verifyBundle(
  bundle: Uint8Array, subtle: SubtleCrypto, tell: (progress: Progress) => void = () => undefined,
): Promise<ChainVerdict> {
  const files = untar(bundle);
  const records = lines(files, 'records.jsonl');
  const claimed = lines(files, 'hashes.txt');
  const keys = await readKeys(files, subtle);
  const none: ChainVerdict = {
    verified: false, records: 0, total: records.length, headHash: genesis, signedThrough: 0, heads: 0, keys: [...keys.keys()], failure: null,
  };

  const heads: Head[] = [];
  for (const line of lines(files, 'heads.jsonl')) {
    const head = readHead(line);
    if ('name' in head) return { ...none, failure: head };
    const failure = await wrongSignature(head, keys, subtle);
    if (failure) return { ...none, failure };
    heads.push(head);
  }

  if (heads.length === 0) {
    return { ...none, failure: { name: 'signature-missing', sequence: 0, message: 'The bundle has no signed head: nothing says how long the chain was.' } };
  }

  heads.sort((a, b) => a.sequence - b.sequence);
  return walk(records, claimed, heads, subtle, none, tell);
}

async function walk(
  records: readonly string[], claimed: readonly string[], heads: readonly Head[], subtle: SubtleCrypto, none: ChainVerdict,
  tell: (progress: Progress) => void,
): Promise<ChainVerdict> {
  let hash = genesis;
  let covered = 0;
  let signedThrough = 0;
  const stop = (n: number, failure: ChainFailure): ChainVerdict =>
    ({ ...none, records: n - 1, headHash: hash, signedThrough, heads: covered, failure });
  for (const [i, record] of records.entries()) {
    const n = i + 1;
    const next = await hashOf(hash, record, subtle);
    const failure = badRecord(record, n, next, claimed[i] ?? '') ?? misplaced(records, i);
    if (failure) return stop(n, failure);
    hash = next;
    for (let head = heads[covered]; head && head.sequence <= n; head = heads[++covered]) {
      if (head.sequence === n && head.hash !== hash) {
        return stop(n, {
          name: 'chain-rewritten', sequence: signedThrough + 1,
          message: `The signed head of record ${n} (${head.at}) has another hash: the chain was rewritten somewhere between records ${signedThrough + 1} and ${n}.`,
        });
      }

      signedThrough = Math.max(signedThrough, head.sequence);
    }

    if (n % reportEvery === 0) tell({ done: n, total: records.length });
  }

  tell({ done: records.length, total: records.length });
  const last = heads.at(-1);
  if (last && covered < heads.length) {
    const n = records.length + 1;
    return stop(n, {
      name: 'chain-truncated', sequence: n,
      message: `The chain ends at record ${n - 1}, but a head of record ${last.sequence} was signed at ${last.at}: records ${n} to ${last.sequence} are gone.`,
    });
  }

  return { ...none, verified: true, records: records.length, headHash: hash, signedThrough, heads: covered };
}

export async function hashOf(previous: string, record: string, subtle: SubtleCrypto): Promise<string> {
  return hex(await subtle.digest('SHA-256', new TextEncoder().encode(previous + record)));
}

function badRecord(record: string, expected: number, hash: string, claimed: string): ChainFailure | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(record);
  } catch {
    return unreadable(expected);
  }

  const stated = sequenceOf(parsed);
  if (stated === null) return unreadable(expected);
  if (stated !== expected) return null;
  if (hash !== claimed) {
    return {
      name: 'record-altered', sequence: expected,
      message: `Record ${expected} or its hash was changed: the hash of its text is ${hash}, ${claimed || 'none'} is stored.`,
    };
  }

  let form: string;
  try {
    form = canonical(parsed);
  } catch (error) {
    return { name: 'record-not-canonical', sequence: expected, message: `Record ${expected}: ${error instanceof Error ? error.message : String(error)}` };
  }

  // A key that occurs twice, or another spelling, would let two readers see two different records.
  return form === record ? null
    : { name: 'record-not-canonical', sequence: expected, message: `Record ${expected} is not written in its canonical form (RFC 8785).` };
}

function misplaced(records: readonly string[], i: number): ChainFailure | null {
  const expected = i + 1;
  const stated = stateOf(records[i]) ?? expected;
  if (stated === expected) return null;
  if (stated < expected) {
    return { name: 'record-reordered', sequence: stated, message: `Record ${stated} stands again where record ${expected} belongs.` };
  }

  const later = records.slice(i + 1).some((record) => stateOf(record) === expected);
  if (later) {
    return {
      name: 'record-reordered', sequence: stated,
      message: `Record ${stated} stands where record ${expected} belongs, and record ${expected} comes later.`,
    };
  }

  return {
    name: 'record-missing', sequence: expected,
    message: stated === expected + 1 ? `Record ${expected} is missing: record ${stated} stands in its place.`
      : `Records ${expected} to ${stated - 1} are missing: record ${stated} stands in their place.`,
  };
}

const unreadable = (expected: number): ChainFailure =>
  ({ name: 'record-unreadable', sequence: expected, message: `What stands at record ${expected} is not an audit record.` });

function stateOf(record: string | undefined): number | null {
  try {
    return sequenceOf(JSON.parse(record ?? ''));
  } catch {
    return null;
  }
}

function sequenceOf(record: unknown): number | null {
  const sequence = record !== null && typeof record === 'object' ? (record as Record<string, unknown>)['sequence'] : undefined;
  return Number.isSafeInteger(sequence) ? (sequence as number) : null;
}

function readHead(line: string): Head | ChainFailure {
  try {
    const { statement, signature } = JSON.parse(line) as Record<string, unknown>;
    const said = JSON.parse(String(statement)) as Record<string, unknown>;
    return {
      sequence: Number(said['sequence']), hash: String(said['hash']), at: String(said['at']), keyId: String(said['keyId']),
      statement: String(statement), signature: base64(String(signature)),
    };
  } catch {
    return { name: 'signature-invalid', sequence: 0, message: 'A line of heads.jsonl is not a signed head.' };
  }
}

async function wrongSignature(head: Head, keys: ReadonlyMap<string, CryptoKey>, subtle: SubtleCrypto): Promise<ChainFailure | null> {
  const key = keys.get(head.keyId);
  if (!key) {
    return {
      name: 'signature-invalid', sequence: head.sequence,
      message: `The head of record ${head.sequence} is signed with key ${head.keyId}, which is not among the keys.`,
    };
  }

  const raw = rawSignature(head.signature);
  const right = raw !== null
    && await subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, raw, new TextEncoder().encode(head.statement));
  return right ? null : {
    name: 'signature-invalid', sequence: head.sequence,
    message: `The signature of the head of record ${head.sequence} does not verify with key ${head.keyId}.`,
  };
}

/** DER (two integers of any length) to the 64 bytes that WebCrypto reads; null when it is not such a signature. */
export function rawSignature(der: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const raw = new Uint8Array(64);
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return null;
  let at = 2;
  for (const half of [0, 32]) {
    const length = der[at + 1] ?? 0;
    const value = der.subarray(at + 2, at + 2 + length);
    const digits = value[0] === 0 ? value.subarray(1) : value;
    if (der[at] !== 0x02 || value.length !== length || digits.length > 32) return null;
    raw.set(digits, half + 32 - digits.length);
    at += 2 + length;
  }

  return at === der.length ? raw : null;
}

async function readKeys(files: ReadonlyMap<string, Uint8Array>, subtle: SubtleCrypto): Promise<ReadonlyMap<string, CryptoKey>> {
  const keys = new Map<string, CryptoKey>();
  for (const [name, bytes] of files) {
    if (!name.startsWith('keys/')) continue;
    const der = base64(new TextDecoder().decode(bytes).replaceAll(/-----[^-]+-----|\s/g, ''));
    // Named by what it is and not by its file: a key under another's name must not pass for it.
    const id = hex(await subtle.digest('SHA-256', der)).slice(0, 16);
    keys.set(id, await subtle.importKey('spki', der, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']));
  }

  return keys;
}

function lines(files: ReadonlyMap<string, Uint8Array>, name: string): readonly string[] {
  const bytes = files.get(name);
  if (!bytes) throw new Error(`The bundle has no member ${name}.`);
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes).split('\n').filter((line) => line !== '');
}

function base64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
