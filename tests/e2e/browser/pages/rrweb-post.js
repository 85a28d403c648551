// rrweb's recorder, as a host would start it: its events go to the ingest in batches, unchanged.
{
  const session = Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
  let events = [];
  let number = 0;
  const {record} = window.rrwebRecord?.record ? window.rrwebRecord : window.rrweb ?? {record: window.rrwebRecord};
  record({emit: event => events.push(event)});
  const post = () => {
    if (events.length === 0) return;
    const body = JSON.stringify({version: 1, session, number: number++, format: 'rrweb', events});
    events = [];
    return fetch('/log-session-event', {method: 'POST', body});
  };
  setInterval(post, 5000);
  addEventListener('visibilitychange', () => document.hidden && post());
  window.posted = async () => {
    await post();
    return session;
  };
}
