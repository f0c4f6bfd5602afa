// Writes the files of all services, as a publication and a deployment do: certificates, the CRL and the bundle.
// Certificates are made ahead where they can be: the traffic then has the machine for itself.
import {
  certificatePem,
  crlPem,
  makeAuthorities,
  makeSvid,
  serviceDirectory,
  type Authorities,
  type ServiceDirectory,
} from '../site.ts';
import type { TestCertificate } from '../../support/pki/path-pki.ts';
import type { Random } from './random.ts';

/** Entries of a CRL: the oldest leave, as they do when their certificates expire. */
const LISTED = 50;
/** Milliseconds that a file of anchors stays: a source believes a shorter one after two seconds. */
const SETTLED = 3000;

export class Publication {
  readonly authorities: Authorities = makeAuthorities();
  readonly #extra: Authorities = makeAuthorities(2);
  readonly #random: Random;
  readonly #services = new Map<string, ServiceDirectory>();
  readonly #stock = new Map<string, TestCertificate[]>();
  readonly #revoked: TestCertificate[] = [];
  #number = 1;
  #anchors = 1;
  #anchorsAt = -Infinity;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Makes the directory of a service, and certificates for later. */
  service(name: string, certificates: number): ServiceDirectory {
    const service = serviceDirectory(name, this.authorities);
    this.#services.set(name, service);
    this.#stock.set(
      name,
      Array.from({ length: certificates }, () => this.#make(name)),
    );
    return service;
  }

  /** Gives a service a new certificate. */
  renew(name: string): TestCertificate {
    const leaf = this.leaf(name);
    this.#services.get(name)!.deploy(leaf, this.authorities.issuing);
    return leaf;
  }

  leaf(name: string): TestCertificate {
    return this.#stock.get(name)?.pop() ?? this.#make(name);
  }

  /** Revokes a certificate; without one, a certificate that is not in use. */
  revoke(leaf: TestCertificate = this.leaf('nobody')): void {
    this.#revoked.push(leaf);
    this.#revoked.splice(0, this.#revoked.length - LISTED);
    const text = crlPem(this.authorities.issuing, { revoked: this.#revoked, number: ++this.#number });
    for (const service of this.#services.values()) service.replace('crl/issuing.pem', text);
  }

  /** Adds a second anchor, or removes it. */
  switchAnchors(): void {
    if (performance.now() - this.#anchorsAt < SETTLED) return this.revoke();
    this.#anchorsAt = performance.now();
    this.#anchors = 3 - this.#anchors;
    const anchors = [this.authorities.root, this.#extra.root].slice(0, this.#anchors);
    if (this.#random.below(2) === 0) anchors.reverse();
    for (const service of this.#services.values()) service.replace('bundle.pem', certificatePem(...anchors));
  }

  #make(name: string): TestCertificate {
    return makeSvid(name, this.authorities.issuing);
  }
}
