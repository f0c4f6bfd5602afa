// Reads jobs from standard input, one a line, and answers each with one line: what crypto/x509 thinks of a certificate at the time
// of its argument (RFC 3339).
//
//	<purpose> TAB <leaf and chain> TAB <anchors> TAB <CRL>[,<CRL>...]     the last three are PEM files
//	accepted|revoked|refused TAB <in Go's words>
package main

import (
	"bufio"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

var purposes = map[string]x509.ExtKeyUsage{
	"server": x509.ExtKeyUsageServerAuth,
	"client": x509.ExtKeyUsageClientAuth,
}

var errRevoked = errors.New("on the CRL of its issuer")

func main() {
	now, err := time.Parse(time.RFC3339, os.Args[1])
	if err != nil {
		panic(err)
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		job := strings.Split(lines.Text(), "\t")
		text, err := judge(now, job[0], job[1], job[2], strings.Split(job[3], ","))
		switch {
		case err == nil:
			fmt.Printf("accepted\t%s\n", text)
		case errors.Is(err, errRevoked):
			fmt.Printf("revoked\t%s\n", err)
		default:
			fmt.Printf("refused\t%s\n", strings.ReplaceAll(err.Error(), "\n", " "))
		}
	}
}

func judge(now time.Time, purpose, chainFile, anchorsFile string, crlFiles []string) (string, error) {
	chain, err := certificates(chainFile)
	if err != nil {
		return "", err
	}
	anchors, err := certificates(anchorsFile)
	if err != nil {
		return "", err
	}
	roots, intermediates := x509.NewCertPool(), x509.NewCertPool()
	for _, anchor := range anchors {
		roots.AddCert(anchor)
	}
	for _, certificate := range chain[1:] {
		intermediates.AddCert(certificate)
	}
	leaf := chain[0]
	paths, err := leaf.Verify(x509.VerifyOptions{
		Roots:         roots,
		Intermediates: intermediates,
		CurrentTime:   now,
		KeyUsages:     []x509.ExtKeyUsage{purposes[purpose]},
	})
	if err != nil {
		return "", err
	}
	if err := checkRevocation(paths[0], crlFiles); err != nil {
		return "", err
	}
	return fmt.Sprintf("%v %v %v", leaf.URIs, leaf.DNSNames, leaf.IPAddresses), nil
}

// Every certificate below the anchor needs a CRL that its issuer signed; Go itself leaves this to the caller.
func checkRevocation(path []*x509.Certificate, crlFiles []string) error {
	for i, certificate := range path[:len(path)-1] {
		crl, err := crlOf(path[i+1], crlFiles)
		if err != nil {
			return err
		}
		for _, entry := range crl.RevokedCertificates {
			if entry.SerialNumber.Cmp(certificate.SerialNumber) == 0 {
				return fmt.Errorf("%s: %w", certificate.Subject, errRevoked)
			}
		}
	}
	return nil
}

func crlOf(issuer *x509.Certificate, files []string) (*x509.RevocationList, error) {
	for _, file := range files {
		der, err := firstBlock(file, "X509 CRL")
		if err != nil {
			return nil, err
		}
		crl, err := x509.ParseRevocationList(der)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if string(crl.RawIssuer) != string(issuer.RawSubject) {
			continue
		}
		if err := crl.CheckSignatureFrom(issuer); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if crl.Number == nil || crl.NextUpdate.Before(crl.ThisUpdate) {
			return nil, fmt.Errorf("%s: no number, or an impossible nextUpdate", file)
		}
		return crl, nil
	}
	return nil, fmt.Errorf("no CRL of %s", issuer.Subject)
}

func firstBlock(file, label string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != label {
		return nil, fmt.Errorf("%s: no %s", file, label)
	}
	return block.Bytes, nil
}

func certificates(file string) ([]*x509.Certificate, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var found []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		found = append(found, certificate)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s: no certificate", file)
	}
	return found, nil
}
