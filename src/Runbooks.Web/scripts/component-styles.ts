import type { Plugin } from 'vite';

const every = '@mantine/core/styles.css';
// What no component names: variables, the reset, what the document's root carries.
const foundation = ['baseline', 'default-css-variables', 'global'];
const classNames = /\/@mantine\/core\/esm\/.*\/([A-Za-z]+)\.module\.mjs$/;

/**
 * Gives each component of the library its own part of the library's style sheet: a third of the whole is in use, and
 * the first page needs less than that.
 *
 * The module with a component's class names pulls that component's styles in. So they are in the chunk of whatever
 * uses the component, and in the order the library asks for: what a component is made of comes before it. Nobody
 * keeps a list. The development server bundles the library before any plugin sees it and takes the whole sheet.
 */
export function componentStyles(): Plugin {
  return {
    name: 'component-styles',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      if (id.endsWith('/src/main.tsx')) {
        if (!code.includes(`import '${every}';`)) throw new Error(`main.tsx no longer imports ${every}: correct scripts/component-styles.ts.`);
        return { code: code.replace(`import '${every}';`, foundation.map((part) => `import '@mantine/core/styles/${part}.css';`).join('')), map: null };
      }

      const component = classNames.exec(id)?.[1];
      return component === undefined
        ? null
        : { code: `import '@mantine/core/styles/${component}.css';\n${code}`, map: null, moduleSideEffects: null };
    },
  };
}
