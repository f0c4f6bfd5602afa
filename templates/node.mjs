// @service:raw@ over TLS with client certificates. svcauth-node reads changed certificates, bundles and CRLs
// without a restart, at least once a minute. It needs no hook; in svcauth.yaml, under deployment: {reload: self, every: 1m}
import { openX509Source } from 'svcauth-node';

// SPIFFE IDs of the allowed clients; while the list is empty, every client is rejected
const ALLOWED = [
  @allowed:string@,
];
const allow = id => ALLOWED.includes(id);

const source = await openX509Source({
  dir: @directory:string@,
  bundle: @bundle:string@,
  crls: @crl-bundle:string@,
});
source.on('problem', problem => console.error(`tls files: ${problem.message}`));
source.on('peerRejected', peer => console.error(`rejected ${peer.remoteAddress}: ${peer.message}`));

const server = source.createHttpsServer({ allow }, (request, response) => {
  const caller = source.authorize(request.socket, { allow });
  if (!caller.allowed) return response.writeHead(403).end(`${caller.reason}\n`);
  response.end(`good day, ${caller.id}\n`);
});
server.listen(@port:raw@);
