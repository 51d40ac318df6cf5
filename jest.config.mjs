/** Tests are transformed to CommonJS because jest on Node 20 cannot require ES modules by itself; the ESM-only packages join the list below. */
const swc = [
  '@swc/jest',
  {
    jsc: {
      parser: { syntax: 'typescript', decorators: true, dynamicImport: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      target: 'es2022',
      keepClassNames: true,
    },
    module: { type: 'commonjs' },
  },
];
const esmOnly = [
  '@nestjs',
  'cookie',
  'content-disposition',
  'uuid',
  'canonicalize',
  'temporal-polyfill',
  'temporal-utils',
  'file-type',
  '@tokenizer',
  'token-types',
  'strtok3',
  'uint8array-extras',
  '@borewit',
  'load-esm',
  'iterare',
  'jose',
];

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  // They need servers: `npm run test:mongodb` starts them.
  testPathIgnorePatterns: process.env.CERTLEDGER_TEST_MONGODB_URL ? [] : ['<rootDir>/test/mongodb/', '<rootDir>/test/cluster/'],
  transform: { '^.+\\.[tj]s$': swc },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': ['$1', '$1.js'],
    // It offers no entry but `import`, which jest's CommonJS resolution does not take.
    '^canonicalize$': '<rootDir>/node_modules/canonicalize/lib/canonicalize.js',
  },
  // Tests measure no time: this only ends what hangs, on a machine that is busy with something else; over servers everything takes longer.
  testTimeout: process.env.CERTLEDGER_TEST_PROFILE === 'cluster' ? 300_000 : 120_000,
};
