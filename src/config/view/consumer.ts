// Chooses templates and values for a consumer of a certificate: nginx, HAProxy, Envoy, Node, FastAPI, Istio, Kubernetes.
// `config/command/consumer.ts` calls it. It quotes nothing: `template.ts` does, by the place of each hole.
import { join } from 'node:path';
import { formatSocketAddress, type SocketAddress } from '../../pki/name/socket-address.ts';
import type { ConfigFile } from './file.ts';
import type { Holes } from './template.ts';

/** A program that serves with the certificate of a service and checks its clients. Paths are absolute. */
export interface Consumer {
  readonly service: string;
  readonly trustDomain: string;
  readonly dns: readonly string[];
  /** Directory of the service's files; `current` is in it. */
  readonly directory: string;
  /** Directory of the bundle and the CRLs. */
  readonly public: string;
  readonly port: number;
  /** Address of the application behind a proxy. */
  readonly backend: SocketAddress;
  /** SPIFFE IDs of the allowed clients; if empty, all of the trust domain, if the program can check it. */
  readonly allowed: readonly string[];
  readonly namespace: string;
  /** Directory of the configuration files, for files that name each other. */
  readonly place: string;
}

export type ConsumerTarget = 'nginx' | 'haproxy' | 'envoy' | 'node' | 'fastapi' | 'istio' | 'kubernetes';

/** Files of each target: the end of the file name, and the template. */
const FILES: Readonly<Record<ConsumerTarget, readonly (readonly [suffix: string, template: string])[]>> = {
  nginx: [['.conf', 'nginx.conf']],
  haproxy: [['.cfg', 'haproxy.cfg']],
  envoy: [
    ['.yaml', 'envoy.yaml'],
    ['-tls.yaml', 'envoy-secrets.yaml'],
  ],
  node: [['.mjs', 'node.mjs']],
  fastapi: [['.py', 'fastapi.py']],
  istio: [['-istio.yaml', 'istio.yaml']],
  kubernetes: [['-kubernetes.yaml', 'kubernetes.yaml']],
};

export function consumerFiles(target: ConsumerTarget, consumer: Consumer): readonly ConfigFile[] {
  const holes = { ...commonHoles(consumer), ...(target === 'envoy' && envoyHoles(consumer)) };
  return FILES[target].map(([suffix, template]) => ({ name: `${consumer.service}${suffix}`, template, holes }));
}

function commonHoles(consumer: Consumer): Holes {
  const { service, dns, directory, port, backend, allowed, namespace } = consumer;
  // a label of Kubernetes (RFC 1123) has neither dots nor underscores
  const resource = service.replaceAll(/[._]+/g, '-').replace(/-+$/, '');
  return {
    ...{ service, directory, namespace, resource, allowed, public: consumer.public },
    port: String(port),
    certificate: join(directory, 'current', 'tls.crt'),
    key: join(directory, 'current', 'tls.key'),
    bundle: join(consumer.public, 'bundle.pem'),
    'crl-bundle': join(consumer.public, 'crl-bundle.pem'),
    backend: formatSocketAddress(backend),
    // no request has the server name _ in nginx
    names: dns.length === 0 ? '_' : dns.join(' '),
    hosts: JSON.stringify(dns.length === 0 ? ['*'] : dns),
    secret: `${resource}-tls`,
    trust: `${resource}-trust`,
    image: `registry.example.org/${resource}:1`,
    'gateway-namespace': 'istio-system',
  };
}

const envoyHoles = ({ service, trustDomain, backend, allowed, place }: Consumer): Holes => ({
  peers: `${service}-peers`,
  secrets: join(place, `${service}-tls.yaml`),
  'backend-host': backend.host,
  'backend-port': String(backend.port),
  match: allowed.length === 0 ? 'prefix' : 'exact',
  allowed: allowed.length === 0 ? [`spiffe://${trustDomain}/`] : allowed,
});
