package main

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestNoListOrMapIsNull(t *testing.T) {
	line, err := json.Marshal(openTestOrigin(t, "-ports", "1").ledger.read())
	must(t, err)
	if strings.Contains(string(line), "null") {
		t.Errorf("null in %s", line)
	}
}

func TestATallyIsBounded(t *testing.T) {
	var counted tally
	for i := range 2 * maxDistinct {
		counted.add(fmt.Sprint(i))
	}
	counted.add("0")
	read := counted.read()
	equal(t, "distinct", len(read), maxDistinct+1)
	equal(t, "others", read[otherName], maxDistinct)
	equal(t, "a known one", read["0"], 2)
}

func TestGroupsAreNamedWithoutGREASE(t *testing.T) {
	groups := []tls.CurveID{0x8a8a, 4588, 29, 23, 24, 25, 30, 256, 0x0a0b, 0x1234, 0x0a1a}
	equal(t, "names", joinGroups(groups),
		"x25519mlkem768,x25519,secp256r1,secp384r1,secp521r1,x448,ffdhe2048,0x0a0b,0x1234,0x0a1a")
}

func TestTheErrorLogPassesOnWhatIsNoHandshake(t *testing.T) {
	var rest bytes.Buffer
	var failures tally
	lines := []string{
		"http: TLS handshake error from 127.0.0.1:50000: EOF\n",
		"http: TLS handshake error from [::1]:50000: remote error: tls: bad certificate\n",
		"http: TLS handshake error from 127.0.0.1:5: write tcp 127.0.0.1:1->127.0.0.1:5: write: broken pipe\n",
		"http: Accept error: too many open files; retrying in 5ms\n",
	}
	for _, line := range lines {
		_, err := io.WriteString(&errorLog{failures: &failures, rest: &rest}, line)
		must(t, err)
	}
	equal(t, "passed on", rest.String(), lines[3])
	equal(t, "reasons", fmt.Sprint(failures.read()),
		"map[EOF:1 remote error: tls: bad certificate:1 write: broken pipe:1]")
}

func TestTheBacklogIsTheOneAskedFor(t *testing.T) {
	const backlog = 7
	listener, err := listen(netip.MustParseAddr("127.0.0.1"), 0, backlog)
	must(t, err)
	defer listener.Close()
	raw, err := listener.SyscallConn()
	must(t, err)
	must(t, raw.Control(func(fd uintptr) { equal(t, "backlog", backlogOf(t, int(fd)), backlog) }))
}

func monotonic(t *testing.T) uint64 {
	t.Helper()
	var now unix.Timespec
	must(t, unix.ClockGettime(unix.CLOCK_MONOTONIC, &now))
	return uint64(now.Nano())
}

// BenchmarkLedger is what the ledger costs a request, by itself: against an application that does nothing, with the
// log full (as it is for all but the first requests of a trial) and not.
func BenchmarkLedger(b *testing.B) {
	nothing := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(nil) })
	request := httptest.NewRequest(http.MethodGet, "/get", nil)
	writer := httptest.NewRecorder()
	b.Run("without", func(b *testing.B) {
		for b.Loop() {
			nothing.ServeHTTP(writer, request)
		}
	})
	for name, marks := range map[string]bool{"log full": false, "log open": true} {
		b.Run(name, func(b *testing.B) {
			ledger, err := newLedger()
			must(b, err)
			counted := ledger.http.counting(nothing, ledger.clock)
			for b.Loop() {
				counted.ServeHTTP(writer, request)
				if marks && ledger.http.log.full.Load() {
					ledger.http.log.mark()
				}
			}
		})
	}
}

func BenchmarkClock(b *testing.B) {
	clock, err := newClock()
	must(b, err)
	for b.Loop() {
		clock.now()
	}
}
