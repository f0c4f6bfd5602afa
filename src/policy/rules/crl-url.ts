import { failure } from '../../errors/error.ts';

/** Reads the URL of CRLs: an http or https base, or a pattern with `{ca}`. `{authority}` is its old name. Throws ERR_CRL_URL. */
export function parseCrlUrl(text: string): string {
  const bad = (reason: string, hint = 'write one like http://pki.example.org/crl') =>
    // the text before the @ may be a password
    failure('ERR_CRL_URL', { text: text.replace(/\/\/.*@/s, '//...@'), reason, hint });
  if (!/^[\x21-\x7e]+$/.test(text)) throw bad('it contains spaces or characters that are not ASCII');
  const filled = crlAddress(text, 'ca');
  if (/[{}]/.test(filled)) throw bad('only {ca} is allowed in braces');
  let url: URL;
  try {
    url = new URL(filled);
  } catch {
    throw bad('it is not a URL');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw bad('verifiers fetch only http and https');
  if (url.username !== '' || url.password !== '')
    throw bad('it contains a user name or password, which every certificate would publish');
  if (url.hash !== '') throw bad('it has a fragment');
  if (url.search !== '' && !PLACEHOLDER.test(text)) {
    throw bad('it has a query, so no file name can be appended', 'write {ca} in place of the id of the CA');
  }
  return text;
}

const PLACEHOLDER = /\{(?:ca|authority)\}/;

/** Makes the URL of a CA's DER CRL. The id of the CA replaces `{ca}`, or the file name follows the base. */
export function crlAddress(crlUrl: string, authorityId: string): string {
  if (PLACEHOLDER.test(crlUrl)) return crlUrl.replaceAll(new RegExp(PLACEHOLDER, 'g'), authorityId);
  return `${crlUrl.replace(/\/$/, '')}/${authorityId}.der`;
}
