// Programs of this workspace: built by cargo, run until the test is over.
import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';

/**
 * Where cargo puts what it builds; CARGO_TARGET_DIR holds for it as always. With `--tests` nothing is built that the tests have built already:
 * dependencies that are theirs alone turn on features of others.
 */
export const build = (manifest, kind, name, ...further) => {
  const path = fileURLToPath(new URL(manifest, import.meta.url));
  const messages = execFileSync('cargo', ['build', '--locked', '--quiet', '--message-format=json', '--manifest-path', path, kind, name, ...further], {
    encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'],
  });
  return messages.trim().split('\n').map(line => JSON.parse(line)).findLast(({executable, target, profile}) => executable && target.name === name && !profile.test).executable;
};

/** Starts a program and gives each line that it prints to `hear`, from the first one on, which `first` holds. */
export const run = async (program, env, hear = () => {}, args = []) => {
  const child = spawn(program, args, {env: {...process.env, ...env}, stdio: ['ignore', 'pipe', 'inherit']});
  const exited = once(child, 'exit');
  const lines = createInterface({input: child.stdout});
  lines.on('line', hear);
  const [first] = await Promise.race([
    once(lines, 'line'),
    exited.then(([status]) => { throw new Error(`${program} ended with ${status} before it said anything`); }),
  ]);
  return {
    first,
    stop: () => {
      child.kill('SIGKILL');
      return exited;
    },
  };
};
