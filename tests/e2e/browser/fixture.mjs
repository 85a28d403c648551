// A small server that does what the real one does towards the browser script, and keeps what it is sent.
import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';

const read = path => readFileSync(new URL(path, import.meta.url));
const minified = read('../client/rum.min.js').toString();
const files = {
  '/web-vitals.js': read('node_modules/web-vitals/dist/web-vitals.iife.js'),
  '/reference.js': read('pages/reference.js'),
  '/vitals-only.js': read('pages/vitals-only.js'),
  '/page.js': read('pages/page.js'),
  '/stub.js': read('pages/stub.js'),
  '/proxy-stub.js': read('pages/proxy-stub.js'),
  '/faro.js': read('node_modules/@grafana/faro-web-sdk/dist/bundle/faro-web-sdk.iife.js'),
  '/faro-start.js': read('pages/faro-start.js'),
};

const listen = handler => new Promise(resolve => {
  const server = createServer(handler).listen(0, '127.0.0.1', () =>
    resolve({server, origin: `http://127.0.0.1:${server.address().port}`}));
});

const body = request => new Promise(resolve => {
  const chunks = [];
  request.on('data', chunk => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks)));
});

// ?status=, ?cors, ?tao, ?type=; /gone closes the connection.
const thirdPartyHandler = (request, response) => {
  const url = new URL(request.url, 'http://x');
  if (url.pathname === '/gone') return request.socket.destroy();
  const headers = {'content-type': url.searchParams.get('type') ?? 'text/plain'};
  if (url.searchParams.has('cors')) headers['access-control-allow-origin'] = '*';
  if (url.searchParams.has('tao')) headers['timing-allow-origin'] = '*';
  response.writeHead(Number(url.searchParams.get('status') ?? 200), headers).end('/**/');
};

const html = (query, attributes) => {
  const tag = `<script src="/rum.js" ${attributes} ${query.has('defer') ? 'defer' : 'async'}></script>`;
  return `<!doctype html><meta charset="utf-8"><title>page</title><link rel="icon" href="data:,">
${query.has('stub') ? '<script src="/stub.js"></script>' : ''}${query.has('proxy-stub') ? '<script src="/proxy-stub.js"></script>' : ''}
${query.has('no-reference') ? '' : '<script src="/web-vitals.js"></script><script src="/reference.js"></script>'}
${query.has('late') ? '' : tag}
${(query.get('scripts') ?? '').split(',').filter(Boolean).map(src => `<script src="${src}"></script>`).join('')}<script src="/page.js"></script>
<style>button,input{display:block;width:200px;height:40px}.gap{height:0}</style>
${query.has('hang') ? '<img src="/hang">' : ''}<div class="gap" id="gap"></div>
<h1 id="title">A title that is painted</h1>
<button id="slow" data-ms="120">slow</button><button id="fast">fast</button><button id="buy" data-rum="buy"><b id="inner">buy</b></button>
<input id="text"><a id="next" href="/page/next">next</a><p>${'text '.repeat(200)}</p>`;
};

/**
 * @param {{privacy?: boolean, thirdParty?: boolean, attributes?: string, serverTiming?: (path: string) => string | undefined}} [options]
 */
export const startFixture = async (options = {}) => {
  const batches = [], bodies = [], requests = [], reference = [], violations = [];
  const third = await listen(thirdPartyHandler);
  const config = {
    beacon: '/log-beacon',
    privacy: options.privacy ?? true,
    third_party: options.thirdParty ? {[third.origin]: 'partner'} : {},
    interactions: ['click', 'submit', 'input', 'change', 'keydown', 'scroll'],
  };
  const script = minified.replace('__RUM_CONFIG__', () => JSON.stringify(config));
  const csp = `default-src 'none'; script-src 'self' ${third.origin}; img-src 'self' data: ${third.origin}; style-src 'unsafe-inline'; connect-src 'self' ${third.origin}; report-uri /violation`;
  const strict = "default-src 'none'; script-src 'self'; img-src 'self' data:; style-src 'unsafe-inline'; connect-src 'self'; report-uri /violation";
  const template = options.serverTiming ?? (path => path.replace(/\d+/, '{id}'));

  const main = await listen(async (request, response) => {
    const {pathname, searchParams} = new URL(request.url, 'http://x');
    const send = (status, type, content, headers = {}) =>
      response.writeHead(status, {'content-type': type, ...headers}).end(content);
    requests.push(pathname);
    if (pathname === '/log-beacon') {
      const text = (await body(request)).toString();
      bodies.push({text, headers: request.headers});
      batches.push(JSON.parse(text));
      return response.writeHead(204).end();
    }
    if (pathname === '/reference') {
      reference.push(JSON.parse((await body(request)).toString()));
      return response.writeHead(204).end();
    }
    if (pathname === '/violation') {
      violations.push((await body(request)).toString());
      return response.writeHead(204).end();
    }
    if (pathname === '/rum.js') {
      const delay = options.scriptDelay ?? 0;
      return setTimeout(() => send(200, 'text/javascript', script), delay);
    }
    if (files[pathname]) return send(200, 'text/javascript', files[pathname]);
    if (pathname === '/rules.json') {
      const rules = {prerender: [{source: 'list', urls: ['/page/7'], eagerness: 'immediate'}]};
      return send(200, 'application/speculationrules+json', JSON.stringify(rules));
    }
    if (pathname === '/throws.js') return send(200, 'text/javascript', 'throw new Error("secret")');
    if (pathname.startsWith('/page')) {
      const route = template(pathname);
      const headers = {'content-security-policy': options.thirdParty ? csp : strict};
      if (route) headers['server-timing'] = `route;desc="${route}"`;
      if (searchParams.has('prerender')) headers['speculation-rules'] = '"/rules.json"';
      const wait = Number(searchParams.get('wait') ?? 0);
      return setTimeout(() => send(200, 'text/html', html(searchParams, options.attributes ?? 'data-interval="0"'), headers), wait);
    }
    if (pathname.startsWith('/api/')) {
      return send(Number(searchParams.get('status') ?? 200), 'application/json', '{}', {'server-timing': 'route;desc="/api/{x}"'});
    }
    if (pathname === '/hang') return;
    if (pathname === '/plain') return send(200, 'text/plain', 'plain');
    send(404, 'text/plain', 'not found');
  });

  return {
    origin: main.origin, thirdParty: third.origin, batches, bodies, requests, reference, violations,
    stop: async () => {
      for (const {server} of [main, third]) {
        server.closeAllConnections();
        await new Promise(resolve => server.close(resolve));
      }
    },
  };
};
