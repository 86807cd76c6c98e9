// Writes .br and .gz beside every text file of the build: the control plane sends the smallest one that the browser takes.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const out = process.env.RUNBOOKS_WEB_OUT ?? 'dist';
const text = /\.(js|css|html|svg|json|txt)$/;

for (const path of walk(out)) {
  const content = readFileSync(path);
  if (!text.test(path) || content.length < 1024) continue;
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  // Quality 9 costs a quarter of 11's time for two per cent of size.
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
}

function* walk(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* walk(path);
    else if (!/\.(br|gz)$/.test(name)) yield path;
  }
}
