// Command go-httpbin is one of tlstax's two origins: github.com/mccutchen/go-httpbin, served as a library over
// HTTP and HTTPS on loopback, with a ledger of what it saw of its clients.
//
// It exists because some clients cannot tell, and others need not be believed, how many connections they opened,
// whether they resumed a session, or which key exchange they settled on. The origin saw it all, so it keeps count,
// and hands the count over as one JSON line whenever its parent asks (see control.go for the protocol).
//
// It leaves to others: answering requests (go-httpbin), making certificates, and judging what was counted (both the
// harness's). The number of threads is Go's own choice, which since Go 1.25 follows the CPUs the process may run on.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Exit codes: the caller can mend a bad command line by itself, but not a port that is taken.
const (
	exitOK       = 0
	exitFailure  = 1
	exitBadUsage = 2
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is main without the process: it returns the exit code. What it started still runs when it returns, because
// the process is about to end: no client is owed a graceful farewell by an origin whose parent has gone.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	complain := func(err error) { fmt.Fprintf(stderr, "go-httpbin origin: %v\n", err) }

	options, err := parseOptions(args)
	if errors.Is(err, flag.ErrHelp) {
		printUsage(stdout)
		return exitOK
	}
	if err != nil {
		complain(fmt.Errorf("%w; -help lists the flags", err))
		return exitBadUsage
	}

	origin, err := openOrigin(options, stderr)
	if err != nil {
		complain(err)
		return exitFailure
	}
	if err := greet(stdout, origin); err != nil {
		complain(err)
		return exitFailure
	}

	done := make(chan error, 1)
	if options.foreground {
		go func() { done <- awaitSignal() }()
	} else {
		go func() { done <- obey(stdin, stdout, origin.ledger) }()
	}
	select {
	case err = <-done:
	case err = <-origin.broken:
	}
	if err != nil {
		complain(err)
		return exitFailure
	}
	return exitOK
}

func awaitSignal() error {
	signals := make(chan os.Signal, 1)
	for _, ending := range []os.Signal{syscall.SIGINT, syscall.SIGTERM} {
		// One that was ignored when the program started stays ignored, as in a shell's background jobs.
		if !signal.Ignored(ending) {
			signal.Notify(signals, ending)
		}
	}
	<-signals
	return nil
}
