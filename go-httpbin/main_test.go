package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// asOrigin makes this test binary the program itself, for the tests that need a process of its own.
const asOrigin = "GO_HTTPBIN_TEST_AS_ORIGIN"

func TestMain(m *testing.M) {
	if os.Getenv(asOrigin) != "" {
		main()
	}
	os.Exit(m.Run())
}

func TestWhatTheUserIsToldWhenItCannotStart(t *testing.T) {
	certificates := newTestCertificates(t)
	missing := filepath.Join(t.TempDir(), "missing.pem")
	notPEM := filepath.Join(t.TempDir(), "not.pem")
	if err := os.WriteFile(notPEM, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	taken := openTestOrigin(t, "-ports", "1").http[0]
	takenPort := taken[strings.LastIndex(taken, ":")+1:]

	cases := []struct {
		args string
		code int
		says string
	}{
		{"-nonsense", exitBadUsage, "-nonsense"},
		{"-ports 0", exitBadUsage, "-ports 0"},
		{"-ports many", exitBadUsage, "-ports"},
		{"-addresses 127.0.0.1,192.0.2.1", exitBadUsage, `"192.0.2.1"`},
		{"-addresses 0.0.0.0", exitBadUsage, "this machine only"},
		{"-addresses ::1", exitBadUsage, `"::1"`},
		{"-addresses localhost", exitBadUsage, `"localhost"`},
		{"-addresses 127.0.0.1,127.0.0.2 -ports 1", exitBadUsage, "-ports 1"},
		{"-http-port 65536", exitBadUsage, "-http-port 65536"},
		{"-https-port 4433", exitBadUsage, "-cert"},
		{"-backlog 0", exitBadUsage, "-backlog"},
		{"-max-duration -1s", exitBadUsage, "-max-duration"},
		{"-tls-version 1.1", exitBadUsage, `"1.1"`},
		{"-groups x25519,p256", exitBadUsage, `"p256"`},
		{"-groups x25519mlkem768 -tls-version 1.2", exitBadUsage, "TLS 1.3 only"},
		{"-alpn h3", exitBadUsage, `"h3"`},
		{"-cert " + missing, exitBadUsage, "-key"},
		{"serve", exitBadUsage, `"serve"`},
		{"-cert " + missing + " -key " + certificates.keyFile, exitFailure, missing},
		{"-cert " + certificates.chainFile + " -key " + missing, exitFailure, missing},
		{"-cert " + notPEM + " -key " + certificates.keyFile, exitFailure, notPEM},
		{"-http-port " + takenPort, exitFailure, "choose another -http-port"},
	}
	for _, c := range cases {
		t.Run(c.args, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(strings.Fields(c.args), strings.NewReader(""), &stdout, &stderr)
			if code != c.code {
				t.Errorf("exit code %d instead of %d", code, c.code)
			}
			if !strings.Contains(stderr.String(), c.says) || strings.Count(stderr.String(), "\n") != 1 {
				t.Errorf("not one sentence that says %s: %s", c.says, stderr.String())
			}
			if stdout.Len() != 0 {
				t.Errorf("printed to standard output: %s", stdout.String())
			}
		})
	}
}

func TestHelpIsNoError(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := run([]string{"-help"}, strings.NewReader(""), &stdout, &stderr); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	if !strings.Contains(stdout.String(), "-tls-version") || stderr.Len() != 0 {
		t.Errorf("stdout: %s, stderr: %s", stdout.String(), stderr.String())
	}
}
