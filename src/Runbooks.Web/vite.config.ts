import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { componentStyles } from './scripts/component-styles.ts';
import { elkLayered } from './scripts/elk-layered.ts';
import { licences } from './scripts/licences.ts';

// RUNBOOKS_API names the control plane that the development server speaks to.
const controlPlane = process.env['RUNBOOKS_API'] ?? 'http://127.0.0.1:7080';

export default defineConfig({
  plugins: [react(), componentStyles(), elkLayered(), licences()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    outDir: process.env['RUNBOOKS_WEB_OUT'] ?? 'dist',
    emptyOutDir: true,
    manifest: true,
    target: 'es2023',
    // A data: address in a style sheet or script would need a wider content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1600,
  },
  worker: { format: 'es' },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/healthz', '/docs', '/openapi', '/emergency'].map((path) => [
        path,
        { target: controlPlane, changeOrigin: false, secure: false },
      ]),
    ),
  },
  test: {
    // The first render of a file compiles its components as well: 11 s were seen on a busy machine.
    testTimeout: 90_000,
    // A file that draws nothing needs no page: jsdom took more than half of the time of all tests.
    projects: [
      { extends: true, test: { name: 'plain', environment: 'node', include: ['src/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'drawn',
          environment: 'jsdom',
          include: ['src/**/*.test.tsx'],
          setupFiles: ['src/testing/setup.ts'],
        },
      },
    ],
  },
});
