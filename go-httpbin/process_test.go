package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// process is an origin in a process of its own, as its parent sees it.
type process struct {
	t        *testing.T
	command  *exec.Cmd
	stdin    io.WriteCloser
	stdout   *bufio.Reader
	greeting greeting
}

func startProcess(t *testing.T, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	p := &process{t: t, command: exec.Command(self, args...)}
	p.command.Env = append(os.Environ(), asOrigin+"=1")
	p.command.Stderr = t.Output()
	p.stdin, err = p.command.StdinPipe()
	must(t, err)
	stdout, err := p.command.StdoutPipe()
	must(t, err)
	p.stdout = bufio.NewReader(stdout)
	must(t, p.command.Start())
	t.Cleanup(func() {
		if p.command.ProcessState == nil {
			_ = p.command.Process.Kill()
			_ = p.command.Wait()
		}
	})
	p.read(&p.greeting)
	return p
}

func (p *process) read(into any) {
	p.t.Helper()
	line, err := p.stdout.ReadBytes('\n')
	must(p.t, err)
	must(p.t, json.Unmarshal(line, into))
}

func (p *process) ask(command string, into any) {
	p.t.Helper()
	_, err := io.WriteString(p.stdin, command+"\n")
	must(p.t, err)
	p.read(into)
}

func (p *process) mustEnd() {
	p.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- p.command.Wait() }()
	select {
	case err := <-ended:
		must(p.t, err)
	case <-time.After(5 * time.Second):
		p.t.Fatal("the process did not end")
	}
}

func TestTheProtocolWithTheParent(t *testing.T) {
	certificates := newTestCertificates(t)
	p := startProcess(t, "-ports", "3", "-cert", certificates.chainFile, "-key", certificates.keyFile)
	equal(t, "protocol", p.greeting.Protocol, 1)
	equal(t, "name", p.greeting.Name, "go-httpbin")
	equal(t, "pid", p.greeting.PID, p.command.Process.Pid)
	equal(t, "listeners", len(p.greeting.HTTP), 3)
	equal(t, "listeners with TLS", len(p.greeting.HTTPS), 3)
	version := p.greeting.Version
	if !strings.HasPrefix(version, "v2.") || !strings.HasSuffix(version, " ("+runtime.Version()+")") {
		t.Errorf("version: %s", version)
	}

	get(t, newClient(t, nil, false), "http://"+p.greeting.HTTP[2]+"/get")
	var reading ledgerReading
	p.ask("ledger", &reading)
	equal(t, "requests", reading.HTTP.Requests, 1)
	equal(t, "most in flight", reading.HTTP.MostInFlight, 1)
	if now := monotonic(t); reading.NowNs > now || now-reading.NowNs > uint64(time.Minute) {
		t.Errorf("the origin's clock says %d, this process's %d", reading.NowNs, now)
	}

	var refused refusal
	p.ask("reset", &refused)
	if !strings.Contains(refused.Error, `"reset"`) {
		t.Errorf("not refused: %q", refused.Error)
	}

	eventuallyAsked := time.Now().Add(5 * time.Second)
	for reading = (ledgerReading{}); ; {
		p.ask("mark", &reading)
		if reading.HTTP.MostInFlight == 0 || time.Now().After(eventuallyAsked) {
			break
		}
	}
	equal(t, "most in flight after the mark", reading.HTTP.MostInFlight, 0)
	equal(t, "rows after the mark", len(reading.HTTP.Log), 0)
	equal(t, "requests after the mark", reading.HTTP.Requests, 1)
}

func TestListenersAreSharedOutOverAddresses(t *testing.T) {
	opened := openTestOrigin(t, "-ports", "5", "-addresses", "127.0.0.1,127.0.0.2,127.0.0.3")
	client := newClient(t, nil, false)
	for i, address := range opened.http {
		if on := []string{"127.0.0.1:", "127.0.0.2:", "127.0.0.3:"}[i%3]; !strings.HasPrefix(address, on) {
			t.Errorf("listener %d is on %s instead of %s", i, address, on)
		}
		get(t, client, "http://"+address+"/get")
	}
	equal(t, "listeners", len(opened.http), 5)
}

func TestTheOriginEndsWithItsParent(t *testing.T) {
	p := startProcess(t, "-ports", "1")
	response, err := http.Get("http://" + p.greeting.HTTP[0] + "/get") // an open connection must not keep it
	must(t, err)
	defer response.Body.Close()
	must(t, p.stdin.Close())
	p.mustEnd()
}

func TestInTheForegroundItEndsBySignal(t *testing.T) {
	p := startProcess(t, "-ports", "1", "-foreground")
	must(t, p.stdin.Close())
	time.Sleep(50 * time.Millisecond) // the end of standard input is no reason to stop
	get(t, newClient(t, nil, false), "http://"+p.greeting.HTTP[0]+"/get")
	must(t, p.command.Process.Signal(syscall.SIGTERM))
	p.mustEnd()
}
