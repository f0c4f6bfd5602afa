import { EventEmitter } from 'node:events';
import type { Server, TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { guardClient, guardServer } from '../../src/node-library/guard.ts';

/** The part of a connection that a guard uses. */
class Connection extends EventEmitter {
  readonly authorized = true;
  readonly authorizationError = null;
  destroyed: unknown;
  destroy(error?: Error): void {
    this.destroyed = error ?? 'ended';
  }
}

const defect = new Error('a defect');
const admit = (): never => {
  throw defect;
};
const unverified = admit;

test('a judge that throws ends the connection of a client, and no listener sees it', () => {
  const socket = new Connection();
  let isSeen = false;
  guardClient(socket as unknown as TLSSocket, admit, unverified).on('secureConnect', () => (isSeen = true));
  socket.emit('secureConnect');
  expect([socket.destroyed, isSeen]).toEqual([defect, false]);
});

test('a judge that throws ends the connection of a server, and no listener sees it', () => {
  const server = new EventEmitter();
  const socket = new Connection();
  const seen: unknown[] = [];
  guardServer(server as Server, admit, unverified);
  for (const name of ['secureConnection', 'tlsClientError']) server.on(name, () => seen.push(name));
  server.emit('secureConnection', socket);
  expect([socket.destroyed, seen]).toEqual(['ended', ['tlsClientError']]);
});

test('a rejected connection ends although a listener throws', () => {
  const server = new EventEmitter();
  const socket = new Connection();
  guardServer(server as Server, admit, unverified);
  server.on('tlsClientError', () => {
    throw new Error('a listener');
  });
  expect(() => server.emit('secureConnection', socket)).toThrow('a listener');
  expect(socket.destroyed).toBe('ended');
});
