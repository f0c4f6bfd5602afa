import { failure } from '../../errors/error.ts';

/** Where CRLs will be served: an http or https base, or a pattern with `{authority}`. Throws ERR_CRL_URL. */
export function parseCrlUrl(text: string): string {
  const bad = (reason: string, hint = 'write one like http://pki.example.org/crl') =>
    // what stands before the @ may be a password
    failure('ERR_CRL_URL', { text: text.replace(/\/\/.*@/s, '//...@'), reason, hint });
  if (!/^[\x21-\x7e]+$/.test(text)) throw bad('it holds spaces or characters that are not ASCII');
  const filled = text.replaceAll('{authority}', 'authority');
  if (/[{}]/.test(filled)) throw bad('between braces stands {authority} and nothing else');
  let url: URL;
  try {
    url = new URL(filled);
  } catch {
    throw bad('it is not a URL');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw bad('only http and https are fetched by verifiers');
  if (url.username !== '' || url.password !== '')
    throw bad('it holds a user or a password, which every certificate would publish');
  if (url.hash !== '') throw bad('it has a fragment');
  if (url.search !== '' && !text.includes('{authority}')) {
    throw bad(
      'it has a query, behind which no file name can stand',
      'write {authority} where the name of the CA belongs',
    );
  }
  return text;
}

/** Where a CA's DER CRL is served: `{authority}` filled in, or the published file name behind the base. */
export function crlAddress(crlUrl: string, authorityId: string): string {
  if (crlUrl.includes('{authority}')) return crlUrl.replaceAll('{authority}', authorityId);
  return `${crlUrl.replace(/\/$/, '')}/${authorityId}.der`;
}
