// @service:raw@ over TLS with client certificates. svcauth/node reads changed certificates, bundles and CRLs
// without a restart, at least once a minute. It needs no hook; in svcauth.yaml, under deployment: {reload: self, every: 1m}
import { createServer } from 'node:https';
import { authorize, secureContext } from 'svcauth/node';

// SPIFFE IDs of the allowed clients; while the list is empty, every request is rejected
const ALLOWED = [
  @allowed:string@,
];

const tls = await secureContext({
  dir: @directory:string@,
  bundle: @bundle:string@,
  crls: @crl-bundle:string@,
  onProblem: problem => console.error(`tls files: ${problem.message}`),
});

const server = createServer(tls.serverOptions(), (request, response) => {
  const caller = authorize(request.socket, { allow: ALLOWED });
  if (!caller.allowed) return response.writeHead(403).end(`${caller.reason}\n`);
  response.end(`good day, ${caller.id}\n`);
});
tls.follow(server, { endRevoked: true });
server.listen(@port:raw@);
