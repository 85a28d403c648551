// The replay as its tests see it: what the server has stored, read by the operator's routes.
import assert from 'node:assert/strict';
import {eventually} from './patience.mjs';
import {startTarget} from './target.mjs';

/** @param {object} [settings] of the site, beside the replay that this turns on */
export const startReplay = async (settings = {}) => {
  const target = await startTarget({replay: {}, ...settings});
  const asked = async (path, options) => {
    const answer = await fetch(target.url(path), options);
    assert.equal(answer.status, 200, path);
    return answer.json();
  };
  const sessions = async () => (await asked('/replay/sessions')).sessions;
  const load = id => asked(`/replay/session?id=${id}`);
  /** The events of every session that is stored, oldest session first. */
  const all = async () => {
    const listed = await sessions();
    const loaded = await Promise.all(listed.map(({id}) => load(id)));
    return loaded.reverse().flatMap(session => session.events);
  };
  const post = (body, headers = {}) => fetch(target.url('/log-session-event'), {method: 'POST', body: JSON.stringify(body), headers: {'content-type': 'application/json', ...headers}});
  return {
    ...target, sessions, load, all, post,
    /** The text of everything that is stored. */
    text: async () => JSON.stringify(await all()),
    store: async (session, events, more = {}) => {
      assert.equal((await post({version: 1, session, number: 0, events, ...more})).status, 204);
      await eventually(async () => (await sessions()).some(({id}) => id === session), 'the session in the list');
    },
    /** Waits until what is stored is as wanted, and answers what was made of it. */
    stored: condition => eventually(async () => condition(await all()), condition.toString(), async () => JSON.stringify(await all())),
  };
};
