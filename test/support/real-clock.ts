/**
 * The machine's clock in whole seconds, for tests in which a program judges that reads it, Node's own TLS among them. Every other
 * test lives at a fixed time. `npm run test:ahead` moves this clock, and with it that of the children and of OpenSSL inside Node.
 */
export const realNow = (): Date => new Date(Math.floor(Date.now() / 1000) * 1000);
