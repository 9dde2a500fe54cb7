package main

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// options is the command line, parsed and checked.
type options struct {
	addresses   []netip.Addr
	ports       int
	httpPort    int
	httpsPort   int
	backlog     int
	certFile    string
	keyFile     string
	tlsVersion  uint16
	groups      []tls.CurveID
	alpn        []string
	tickets     bool
	maxDuration time.Duration
	foreground  bool
}

// withTLS says whether HTTPS is served at all.
func (o options) withTLS() bool { return o.certFile != "" }

// maxPorts keeps a slip of the finger from using up the open files that the clients' connections need.
const maxPorts = 1024

var (
	tlsVersions = map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

	// The groups that both origins can serve, so that a run of one can be compared with a run of the other.
	tlsGroups = map[string]tls.CurveID{
		"x25519":         tls.X25519,
		"x25519mlkem768": tls.X25519MLKEM768,
		"secp256r1":      tls.CurveP256,
	}
)

// rawOptions holds the flags that need more than the flag package to understand.
type rawOptions struct {
	addresses, tlsVersion, groups, alpn string
}

func newFlagSet(o *options, raw *rawOptions) *flag.FlagSet {
	flags := flag.NewFlagSet("go-httpbin", flag.ContinueOnError)
	flags.StringVar(&raw.addresses, "addresses", "127.0.0.1", "share listeners out over these loopback `ADDRESSES`, 127.0.0.0/8")
	flags.IntVar(&o.ports, "ports", 16, "open `N` listeners per transport, on ports that the system picks")
	flags.IntVar(&o.httpPort, "http-port", 0, "serve HTTP on port `P` of each address only (0: as -ports says)")
	flags.IntVar(&o.httpsPort, "https-port", 0, "serve HTTPS on port `P` of each address only (0: as -ports says)")
	flags.IntVar(&o.backlog, "backlog", 4096, "let `N` connections wait to be accepted, per listener")
	flags.StringVar(&o.certFile, "cert", "", "PEM `FILE` with the certificate chain, leaf first (none: HTTP only)")
	flags.StringVar(&o.keyFile, "key", "", "PEM `FILE` with the leaf's private key")
	flags.StringVar(&raw.tlsVersion, "tls-version", "1.3", "speak this TLS `VERSION` only: 1.2 or 1.3")
	flags.StringVar(&raw.groups, "groups", "x25519", "accept these key-exchange `GROUPS`: x25519, x25519mlkem768, secp256r1")
	flags.StringVar(&raw.alpn, "alpn", "http/1.1", "accept these `PROTOCOLS` by ALPN, best first: http/1.1, h2")
	flags.BoolVar(&o.tickets, "tickets", false, "issue session tickets (without them every handshake is full)")
	flags.DurationVar(&o.maxDuration, "max-duration", 10*time.Minute, "let /delay and its like take up to `D`")
	flags.BoolVar(&o.foreground, "foreground", false, "ignore standard input; run until SIGINT or SIGTERM")
	// The flag package would print its error and the usage by itself; run prints one sentence instead.
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	return flags
}

func printUsage(to io.Writer) {
	fmt.Fprintln(to, "go-httpbin: tlstax's Go origin. It serves on loopback and prints one JSON line when it is ready.")
	fmt.Fprintln(to, "On standard input it takes `ledger` and `mark`, and it ends when standard input does.")
	flags := newFlagSet(&options{}, &rawOptions{})
	flags.SetOutput(to)
	flags.PrintDefaults()
}

func parseOptions(args []string) (options, error) {
	var o options
	var raw rawOptions
	flags := newFlagSet(&o, &raw)
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q: everything is said by flags", flags.Arg(0))
	}

	for name := range strings.SplitSeq(raw.addresses, ",") {
		address, err := netip.ParseAddr(name)
		// An origin answers whoever asks, and would do so for a whole network.
		if err != nil || !address.Is4() || !address.IsLoopback() {
			return o, fmt.Errorf("-addresses: %q is not one of 127.0.0.0/8: an origin serves this machine only", name)
		}
		o.addresses = append(o.addresses, address)
	}
	var known bool
	if o.tlsVersion, known = tlsVersions[raw.tlsVersion]; !known {
		return o, fmt.Errorf("-tls-version %q is not one of 1.2, 1.3", raw.tlsVersion)
	}
	for name := range strings.SplitSeq(raw.groups, ",") {
		group, known := tlsGroups[name]
		if !known {
			return o, fmt.Errorf("-groups: %q is not one of x25519, x25519mlkem768, secp256r1", name)
		}
		o.groups = append(o.groups, group)
	}
	for name := range strings.SplitSeq(raw.alpn, ",") {
		if name != protoHTTP1 && name != protoHTTP2 {
			return o, fmt.Errorf("-alpn: %q is not one of %s, %s", name, protoHTTP1, protoHTTP2)
		}
		o.alpn = append(o.alpn, name)
	}
	return o, o.check()
}

// check finds what no single flag can: values out of range, and flags that do not go together.
func (o options) check() error {
	switch {
	case o.ports < 1 || o.ports > maxPorts:
		return fmt.Errorf("-ports %d is not between 1 and %d", o.ports, maxPorts)
	case o.ports < len(o.addresses):
		return fmt.Errorf("-ports %d is too few for %d -addresses: each needs a listener", o.ports, len(o.addresses))
	case !isPort(o.httpPort):
		return fmt.Errorf("-http-port %d is not between 0 and 65535", o.httpPort)
	case !isPort(o.httpsPort):
		return fmt.Errorf("-https-port %d is not between 0 and 65535", o.httpsPort)
	case o.backlog < 1:
		return fmt.Errorf("-backlog %d is not positive", o.backlog)
	case o.maxDuration < 0:
		return fmt.Errorf("-max-duration %v is negative", o.maxDuration)
	case (o.certFile == "") != (o.keyFile == ""):
		return errors.New("-cert and -key belong together: give both, or neither to serve HTTP only")
	case o.httpsPort != 0 && !o.withTLS():
		return errors.New("-https-port needs a certificate: give -cert and -key too")
	case o.tlsVersion == tls.VersionTLS12 && !slices.ContainsFunc(o.groups, worksInTLS12):
		return errors.New("-groups: x25519mlkem768 exists in TLS 1.3 only: add another group, or use -tls-version 1.3")
	}
	return nil
}

func isPort(p int) bool { return p >= 0 && p <= 65535 }

func worksInTLS12(group tls.CurveID) bool { return group != tls.X25519MLKEM768 }
