// Yields each script's .min.js from its readable source. `--check` writes nothing and fails if a committed file differs.
import {readFileSync, writeFileSync} from 'node:fs';
import {basename} from 'node:path';
import {gzipSync} from 'node:zlib';
import {minify} from 'terser';

/** Sources, with the most bytes that gzip -9 may leave of each. */
const budgets = {'rum.js': 3072, '../../replay/client/rum-replay.js': 3072};

/** @type {(source: URL) => Promise<string>} */
const minified = async source => {
  // With one kind of declaration terser can join neighbours; nothing is assigned twice, tsc has checked.
  const letOnly = readFileSync(source, 'utf8').replace(/\bconst /g, 'let ');
  const {code} = await minify(letOnly, {
    ecma: 2020,
    toplevel: true,
    compress: {passes: 5, unsafe: true, unsafe_arrows: true, unsafe_methods: true, pure_getters: true, booleans_as_integers: true, hoist_funs: true},
    mangle: {properties: {regex: /^_/}},
    format: {comments: false, semicolons: true},
  });
  return /** @type {string} */ (code);
};

for (const [path, budget] of Object.entries(budgets)) {
  const source = new URL(path, import.meta.url);
  const target = new URL(path.replace(/js$/, 'min.js'), import.meta.url);
  const name = basename(target.pathname);
  const code = await minified(source);
  if (!process.argv.includes('--check')) writeFileSync(target, code);
  else if (readFileSync(target, 'utf8') !== code) throw new Error(`${name} is not what its source yields: run \`npm run build\``);

  const size = gzipSync(code, {level: 9}).length;
  console.log(`${name}: ${code.length} bytes, ${size} gzip -9 (budget ${budget})`);
  if (!code.trimEnd().endsWith('(...__RUM_CONFIG__);')) throw new Error(`${name}: the configuration marker is gone`);
  if (size > budget) throw new Error(`${name} is over budget`);
}
