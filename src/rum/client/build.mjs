// Yields rum.min.js from rum.js. `--check` writes nothing and fails if the committed file differs.
import {readFileSync, writeFileSync} from 'node:fs';
import {gzipSync} from 'node:zlib';
import {minify} from 'terser';

const BUDGET = 3072;
const source = new URL('rum.js', import.meta.url);
const target = new URL('rum.min.js', import.meta.url);

// With one kind of declaration terser can join neighbours; nothing is assigned twice, tsc has checked.
const letOnly = readFileSync(source, 'utf8').replace(/\bconst /g, 'let ');
const {code} = await minify(letOnly, {
  ecma: 2020,
  toplevel: true,
  compress: {passes: 5, unsafe: true, unsafe_arrows: true, unsafe_methods: true, pure_getters: true, booleans_as_integers: true, hoist_funs: true},
  mangle: {properties: {regex: /^_/}},
  format: {comments: false, semicolons: true},
});
const minified = /** @type {string} */ (code);

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== minified) {
    throw new Error('rum.min.js is not what rum.js yields: run `npm run build`');
  }
} else {
  writeFileSync(target, minified);
}

const size = gzipSync(minified, {level: 9}).length;
console.log(`rum.min.js: ${minified.length} bytes, ${size} gzip -9 (budget ${BUDGET})`);
if (!minified.trimEnd().endsWith('(...__RUM_CONFIG__);')) throw new Error('the configuration marker is gone');
if (size > BUDGET) throw new Error('over budget');
