// What the server is asked: relative to where this module is from, so any prefix will do.

/** @type {(path: string) => string} */
const url = path => new URL(path, import.meta.url).href;

/** @type {(id: string) => string} */
const session = id => url(`session?id=${encodeURIComponent(id)}`);

/** @type {(answer: Response) => Promise<any>} */
const json = async answer => {
  if (!answer.ok) throw new Error(await said(answer));
  return answer.json();
};

/** @type {(answer: Response) => Promise<string>} */
const said = async answer => answer.status === 404 ? 'This session is gone: deleted, or too old.' : `The server answered ${answer.status}: ${(await answer.text()).slice(0, 200)}`;

export const loadSessions = async () => json(await fetch(url('sessions'), {cache: 'no-store'}));

/** @type {(id: string) => Promise<any>} */
export const loadSession = async id => json(await fetch(session(id), {cache: 'no-store'}));

/** @type {(id: string) => string} */
export const exportUrl = id => `${session(id)}&download=1`;

/** @type {(id: string) => Promise<void>} */
export const deleteSession = async id => {
  const answer = await fetch(session(id), {method: 'DELETE'});
  // Somebody else's deletion is as good.
  if (!answer.ok && answer.status !== 404) throw new Error(await said(answer));
};
