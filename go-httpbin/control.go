package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
)

// The parent's protocol is lines: the origin greets with one line of JSON once it listens, then answers each command
// line on its standard input with one line of JSON on its standard output.
//
//	ledger    the ledger
//	mark      begins the maxima and the log anew, then the ledger
//
// When standard input ends, so does the origin: a parent that was killed could not tell it to.

// protocolVersion changes when a parent that knows the earlier protocol would misread this one.
const protocolVersion = 1

type greeting struct {
	Protocol int      `json:"tlstax_origin"`
	Name     string   `json:"name"`
	Version  string   `json:"version"`
	PID      int      `json:"pid"`
	HTTP     []string `json:"http"`
	HTTPS    []string `json:"https"`
}

type refusal struct {
	Error string `json:"error"`
}

func greet(stdout io.Writer, o *origin) error {
	return printLine(stdout, greeting{
		Protocol: protocolVersion,
		Name:     "go-httpbin",
		Version:  fmt.Sprintf("%s (%s)", httpbinVersion(), runtime.Version()),
		PID:      os.Getpid(),
		HTTP:     o.http,
		HTTPS:    o.https,
	})
}

// obey answers commands until there are no more. Its nil is the parent's end, expected or not.
func obey(stdin io.Reader, stdout io.Writer, l *ledger) error {
	lines := bufio.NewScanner(stdin)
	for lines.Scan() {
		if err := printLine(stdout, answer(strings.TrimSpace(lines.Text()), l)); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("could not read a command from standard input: %w", err)
	}
	return nil
}

func answer(command string, l *ledger) any {
	switch command {
	case "mark":
		l.mark()
		return l.read()
	case "ledger":
		return l.read()
	default:
		return refusal{Error: fmt.Sprintf("unknown command %q: it is one of ledger, mark", command)}
	}
}

// printLine writes a value and its newline in a single write, so that no reader sees half a line.
func printLine(stdout io.Writer, value any) error {
	line, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("could not put a %T into JSON: %w", value, err)
	}
	if _, err := stdout.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("could not write to standard output, which the parent should be reading: %w", err)
	}
	return nil
}

// httpbinVersion is what the linker put in, so that it can't fall behind go.mod.
func httpbinVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == "github.com/mccutchen/go-httpbin/v2" {
				return module.Version
			}
		}
	}
	return "unknown"
}
