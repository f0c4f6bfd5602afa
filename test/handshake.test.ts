import { expect, test } from 'vitest';
import { shakeHands } from '../src/world/real/handshake.ts';
import { startTcpServer } from './support/world/tls-server.ts';

/** Returns the report on a server that answers the first bytes with these. */
async function seenAfter(...answer: readonly number[]) {
  const port = await startTcpServer(socket => socket.once('data', () => socket.end(Uint8Array.from(answer))));
  const { problem, alert } = await shakeHands({ host: '127.0.0.1', port, seconds: 5 });
  return { problem, alert };
}

/** A record with a fatal alert (RFC 8446 §5.1, §6). */
const fatalAlert = (description: number): readonly number[] => [21, 3, 3, 0, 2, 2, description];

// numbers and names of RFC 8446 §6, as every version of Node must show them
test.each([
  [10, 'unexpected message'],
  [20, 'bad record mac'],
  [40, 'handshake failure'],
  [42, 'bad certificate'],
  [43, 'unsupported certificate'],
  [44, 'certificate revoked'],
  [45, 'certificate expired'],
  [46, 'certificate unknown'],
  [47, 'illegal parameter'],
  [48, 'unknown ca'],
  [49, 'access denied'],
  [50, 'decode error'],
  [51, 'decrypt error'],
  [70, 'protocol version'],
  [71, 'insufficient security'],
  [80, 'internal error'],
  [109, 'missing extension'],
  [112, 'unrecognized name'],
  [116, 'certificate required'],
  [120, 'no application protocol'],
])('the alert %i is shown as %s', async (description, alert) => {
  expect(await seenAfter(...fatalAlert(description))).toEqual({ problem: 'alert', alert });
});

test('a server that speaks something else does not speak TLS', async () => {
  expect(await seenAfter(...Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))).toEqual({ problem: 'not-tls' });
});

test('a server that hangs up closes the connection', async () => {
  expect(await seenAfter()).toEqual({ problem: 'closed' });
});
