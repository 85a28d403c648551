// Somebody else's service: another origin on this machine. ?status=, ?cors, ?tao, ?type=; /gone closes the connection.
import {createServer} from 'node:http';

const answer = (request, response) => {
  const {pathname, searchParams} = new URL(request.url, 'http://x');
  if (pathname === '/gone') return request.socket.destroy();
  const headers = {'content-type': searchParams.get('type') ?? 'text/plain'};
  if (searchParams.has('cors')) headers['access-control-allow-origin'] = '*';
  if (searchParams.has('tao')) headers['timing-allow-origin'] = '*';
  response.writeHead(Number(searchParams.get('status') ?? 200), headers).end('/**/');
};

export const startThirdParty = async () => {
  const server = createServer(answer);
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise(resolve => server.close(resolve));
    },
  };
};
