// Yields each script's .min.js from its readable parts. `--check` writes nothing and fails if a committed file differs.
//
// The parts of a script share the scope of one function, so no name of theirs reaches the page. The `files` of its tsconfig.json are their order.
import {readFileSync, writeFileSync} from 'node:fs';
import {basename} from 'node:path';
import {gzipSync} from 'node:zlib';
import {minify} from 'terser';

/** Each script, the parameters that the server fills in when it serves it, and the most bytes that gzip -9 may leave of it. */
const scripts = [
  {path: 'rum.min.js', parameters: 'beaconPath, privacy, thirdParties, interactionTypes, traceName', budget: 3072},
  {path: '../../replay/client/rum-replay.min.js', parameters: 'eventPath, privacy', budget: 3072},
];

/** @type {(folder: URL) => string} */
const joined = folder => {
  /** @type {string[]} */
  const files = JSON.parse(readFileSync(new URL('tsconfig.json', folder), 'utf8')).files;
  return files.filter(file => file.endsWith('.js')).map(file => readFileSync(new URL(file, folder), 'utf8')).join('');
};

/** @type {(source: string) => string | undefined} A name that nothing uses: of names at the top of a script tsc does not tell. */
const unused = source => {
  const code = source.replace(/\/\*[^]*?\*\/|\/\/.*/g, '');
  const names = [...code.matchAll(/^(?:const|let) (\w+)/gm)].map(([, name]) => name);
  return names.find(name => code.split(new RegExp(`\\b${name}\\b`)).length < 3);
};

/** @type {(source: string) => Promise<string>} */
const minified = async source => {
  // With one kind of declaration terser can join neighbours; nothing is assigned twice, tsc has checked.
  const letOnly = source.replace(/\bconst /g, 'let ');
  const {code} = await minify(letOnly, {
    ecma: 2020,
    toplevel: true,
    compress: {passes: 5, unsafe: true, unsafe_arrows: true, unsafe_methods: true, pure_getters: true, booleans_as_integers: true, hoist_funs: true},
    mangle: {properties: {regex: /^_/}},
    format: {comments: false, semicolons: true},
  });
  return /** @type {string} */ (code);
};

for (const {path, parameters, budget} of scripts) {
  const target = new URL(path, import.meta.url);
  const name = basename(target.pathname);
  const parts = joined(new URL('.', target));
  const left = unused(parts);
  if (left) throw new Error(`${name}: nothing uses ${left}`);
  const code = await minified(`((${parameters}) => {${parts}})(...__RUM_CONFIG__);`);
  if (!process.argv.includes('--check')) writeFileSync(target, code);
  else if (readFileSync(target, 'utf8') !== code) throw new Error(`${name} is not what its source yields: run \`npm run build\``);

  const size = gzipSync(code, {level: 9}).length;
  console.log(`${name}: ${code.length} bytes, ${size} gzip -9 (budget ${budget})`);
  if (!code.trimEnd().endsWith('(...__RUM_CONFIG__);')) throw new Error(`${name}: the configuration marker is gone`);
  if (size > budget) throw new Error(`${name} is over budget`);
}
