import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/*
 * What the console is made of, by the lock file: names, versions and licences for the about page, and the texts that the
 * licences ask to hand on with every copy, as one file beside the page. A package that is installed and then shaken out
 * is named all the same: too much credit harms nobody.
 */

const wanted = 'virtual:licences';
const own = `\0${wanted}`;
const textFile = /^(licen[cs]e|copying|notice)/i;

interface Locked {
  readonly version: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}

function shipped(root: string) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> };
  return Object.entries(lock.packages)
    .filter(([place, each]) => place !== '' && !each.dev && !each.optional && !each.devOptional)
    .map(([place, { version, license }]) => ({ place, name: place.slice(place.lastIndexOf('node_modules/') + 13), version, licence: license ?? 'unknown' }));
}

function textOf(folder: string): string {
  const files = existsSync(folder) ? readdirSync(folder).filter((each) => textFile.test(each)) : [];
  return files.map((each) => readFileSync(join(folder, each), 'utf8').trim()).join('\n\n') || 'No text is in the package; the name above is what it says of itself.';
}

export function licences(): Plugin {
  let root = '.';
  return {
    name: 'licences',
    configResolved: (config) => { root = config.root; },
    resolveId: (id) => (id === wanted ? own : undefined),
    load: (id) => (id === own ? `export const packages = ${JSON.stringify(shipped(root).map(({ name, version, licence }) => ({ name, version, licence })))};` : undefined),
    generateBundle() {
      const source = shipped(root).map(({ place, name, version, licence }) => `${name} ${version}\n${licence}\n\n${textOf(join(root, place))}\n`);
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: source.join(`\n${'-'.repeat(80)}\n\n`) });
    },
  };
}
