import hooks from 'eslint-plugin-react-hooks';
import a11y from 'eslint-plugin-jsx-a11y';
import ts from 'typescript-eslint';

export default ts.config(
  { ignores: ['dist', 'artifacts', 'src/api/schema.d.ts'] },
  ...ts.configs.strict,
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { 'react-hooks': hooks, 'jsx-a11y': a11y },
    rules: {
      ...hooks.configs.recommended.rules,
      ...a11y.flatConfigs.recommended.rules,
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: 'Call the control plane through @/api/client.' },
        { name: 'EventSource', message: 'Listen through @/api/live.' },
      ],
      'no-console': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 600 }],
    },
  },
  { files: ['src/api/**', 'scripts/**', 'tests/**'], rules: { 'no-restricted-globals': 'off', 'no-console': 'off' } },
);
