/**
 * The machine's clock in whole seconds, for tests with a program that reads it, also Node's own TLS. Every other test has a fixed
 * time. `npm run test:ahead` moves this clock, and with it that of children and of OpenSSL inside Node.
 */
export const realNow = (): Date => new Date(Math.floor(Date.now() / 1000) * 1000);
