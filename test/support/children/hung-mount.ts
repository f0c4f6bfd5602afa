// A service whose files hang. It runs in a process of its own because the size of the thread pool is that of a process.
// Arguments: the directory of the service, and the names of the files that hang. It prints one line of JSON for each step.
import { execFileSync } from 'node:child_process';
import { pbkdf2 } from 'node:crypto';
import { once } from 'node:events';
import { linkSync, openSync, renameSync, closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openX509Source } from '../../../src/node-library/api.ts';

const [directory, ...names] = process.argv.slice(2) as [string, ...string[]];
const path = (name: string): string => join(directory, name);
const print = (line: object): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);

const INTERVAL = 50;
const ID = 'spiffe://example.org/payments';
const source = await openX509Source({
  ...{ dir: directory, bundle: path('bundle.pem'), crls: path('crl'), interval: INTERVAL },
  // recorded by `state`
  onProblem: () => undefined,
});
const server = source.createTlsServer({ allow: ID }, socket => void socket.end('in'));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

/** Opening a pipe for reading waits for a writer, as a file on a hung mount waits for its server. */
for (const name of names) {
  renameSync(path(name), path(`${name}.good`));
  execFileSync('mkfifo', [path(name)]);
  linkSync(path(name), path(`${name}.pipe`));
}
const began = performance.now();
while (!source.state.problems.some(({ code }) => code === 'look-hangs')) await setTimeout(5);
const { problems, lookingSince } = source.state;
print({ problems, status: source.health().status, intervals: (performance.now() - began) / INTERVAL, lookingSince });

// further looks are wanted meanwhile
const looks = Array.from({ length: 20 }, () => source.refresh());
await setTimeout(10 * INTERVAL);
const files = Array.from({ length: 20 }, () => readFile(process.argv[1]!));

const hashes = Array.from({ length: 20 }, () => promisify(pbkdf2)('a', 'b', 10, 32, 'sha256'));
const peer = source.connect({ host: '127.0.0.1', port, allow: ID });
const [answer] = (await once(peer, 'data')) as [Buffer];
print({ files: (await Promise.all(files)).length, hashes: (await Promise.all(hashes)).length, answer: String(answer) });

for (const name of names) {
  renameSync(path(`${name}.good`), path(name));
  // the mount answers: an operation that waits gets an empty file
  closeSync(openSync(path(`${name}.pipe`), 'r+'));
}
await Promise.all(looks);
await source.refresh();
print({ problems: source.state.problems, status: source.health().status });
source.close();
server.close();
