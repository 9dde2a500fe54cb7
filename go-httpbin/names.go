package main

import (
	"crypto/tls"
	"fmt"
	"strings"
)

// groupNames are IANA's names of key-exchange groups, in lower case, since TLS libraries disagree on the case. It
// lists what clients of today offer, which is more than this server accepts.
var groupNames = map[tls.CurveID]string{
	tls.CurveP256:          "secp256r1",
	tls.CurveP384:          "secp384r1",
	tls.CurveP521:          "secp521r1",
	tls.X25519:             "x25519",
	30:                     "x448",
	256:                    "ffdhe2048",
	257:                    "ffdhe3072",
	258:                    "ffdhe4096",
	259:                    "ffdhe6144",
	260:                    "ffdhe8192",
	tls.SecP256r1MLKEM768:  "secp256r1mlkem768",
	tls.X25519MLKEM768:     "x25519mlkem768",
	tls.SecP384r1MLKEM1024: "secp384r1mlkem1024",
}

func groupName(group tls.CurveID) string {
	if name, known := groupNames[group]; known {
		return name
	}
	return fmt.Sprintf("0x%04x", uint16(group))
}

// joinGroups names the groups in the client's order, without GREASE.
func joinGroups(groups []tls.CurveID) string {
	names := make([]string, 0, len(groups))
	for _, group := range groups {
		if !isGREASE(group) {
			names = append(names, groupName(group))
		}
	}
	return strings.Join(names, ",")
}

// isGREASE tells the values that clients draw at random to keep servers tolerant (RFC 8701): 0x0a0a, 0x1a1a, …
// Counted, they would make every hello look different.
func isGREASE(group tls.CurveID) bool {
	return group&0x0f0f == 0x0a0a && group>>8 == group&0xff
}

func versionName(version uint16) string {
	switch version {
	case tls.VersionTLS13:
		return "TLSv1.3"
	case tls.VersionTLS12:
		return "TLSv1.2"
	default:
		return fmt.Sprintf("0x%04x", version)
	}
}
