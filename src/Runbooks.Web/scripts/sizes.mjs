// The size budgets: what the first page loads, and what opening the designer adds. Exit code 1 when one is broken.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const out = process.env.RUNBOOKS_WEB_OUT ?? 'dist';
const manifest = JSON.parse(readFileSync(join(out, '.vite/manifest.json'), 'utf8'));
const budgets = [
  { name: 'first page', entries: ['index.html', 'src/features/overview/OverviewPage.tsx'], limit: 250_000 },
  // Beyond the first page, with the layout's worker, which no import names, and the text editor, which opens later.
  {
    name: 'designer with its YAML pane', limit: 700_000, beyond: true, assets: [/elk-worker/],
    entries: ['src/features/runbooks/designer/DesignerPage.tsx', 'src/features/runbooks/designer/YamlPane.tsx'],
  },
];

let broken = false;
const loaded = new Set();
for (const budget of budgets) {
  const files = new Set();
  for (const entry of budget.entries) collect(entry, files);
  for (const pattern of budget.assets ?? []) for (const file of readdirSync(join(out, 'assets'))) if (pattern.test(file) && file.endsWith('.js')) files.add(`assets/${file}`);
  const fresh = budget.beyond === undefined ? [...files] : [...files].filter((file) => !loaded.has(file));
  for (const file of files) loaded.add(file);
  const bytes = fresh.reduce((sum, file) => sum + gzipSync(readFileSync(join(out, file)), { level: 9 }).length, 0);
  const verdict = bytes <= budget.limit ? 'within' : 'OVER';
  broken ||= bytes > budget.limit;
  console.log(`${budget.name}: ${(bytes / 1000).toFixed(1)} kB gzip, ${verdict} ${budget.limit / 1000} kB (${fresh.length} files)`);
}
process.exit(broken ? 1 : 0);

function collect(key, files, seen = new Set()) {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`The build has no entry ${key}: correct scripts/sizes.mjs.`);
  if (seen.has(key)) return;
  seen.add(key);
  files.add(chunk.file);
  for (const css of chunk.css ?? []) files.add(css);
  for (const next of chunk.imports ?? []) collect(next, files, seen);
}
