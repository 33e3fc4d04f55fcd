import eslint from '@eslint/js';
import angular from 'angular-eslint';
import tseslint from 'typescript-eslint';

/**
 * The folders of src/app, floor by floor. A folder imports only from folders of lower floors (and from itself):
 * pages know nothing of each other, and what they share knows nothing of pages.
 */
const FLOORS = [
  ['api', 'words'],
  ['live'],
  ['design', 'session'],
  ['wishes'],
  ['account', 'audit', 'dashboard', 'insights', 'people', 'review', 'runs', 'trigger', 'workstations'],
  ['shell'],
];

const layers = FLOORS.slice(0, -1).flatMap((rooms, floor) =>
  rooms.map((room) => {
    const others = FLOORS.slice(floor).flat().filter((name) => name !== room);
    return {
      files: [`src/app/${room}/**/*.ts`],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            patterns: [
              {
                group: others.map((name) => `**/${name}/*`),
                message: `${room} may import only from floors below its own (eslint.config.js).`,
              },
            ],
          },
        ],
      },
    };
  }),
);

export default tseslint.config(
  { ignores: ['.angular/**', 'node_modules/**', 'out-tsc/**'] },
  {
    files: ['**/*.ts'],
    extends: [
      eslint.configs.recommended,
      ...tseslint.configs.strictTypeChecked,
      ...tseslint.configs.stylisticTypeChecked,
      ...angular.configs.tsRecommended,
    ],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    processor: angular.processInlineTemplates,
    rules: {
      '@angular-eslint/component-selector': ['error', { type: 'element', prefix: 'pd', style: 'kebab-case' }],
      '@angular-eslint/directive-selector': ['error', { type: 'attribute', prefix: 'pd', style: 'camelCase' }],
      '@angular-eslint/prefer-on-push-component-change-detection': 'off', // zoneless: signals say what changed
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'max-lines': ['error', 300],
    },
  },
  {
    files: ['**/*.html'],
    extends: [...angular.configs.templateRecommended, ...angular.configs.templateAccessibility],
    rules: {
      '@angular-eslint/template/no-inline-styles': 'off', // widths of bars are data; see design/meter.ts
      '@angular-eslint/template/prefer-control-flow': 'error',
      '@angular-eslint/template/button-has-type': 'error',
    },
  },
  {
    files: ['**/*.spec.ts'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
  ...layers,
);
