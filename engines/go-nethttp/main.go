// Command go-nethttp is Go's own HTTP client as an engine of tlstax: it speaks the trial protocol
// (docs/trial-protocol.md) and fetches with net/http and crypto/tls, a goroutine per request behind C permits.
//
// It keeps to the rules of a pinned cell: nothing is resumed, HTTP/1.1 is spoken, the run's trust store is the only one,
// and the groups of the job are the only ones offered. It is the example for engines in other languages; what a trial
// proves is left to the harness.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
)

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "go-nethttp: %v\n", err)
		os.Exit(1)
	}
}

// serve runs one trial: job, ready, go, finished, report, done.
func serve(in io.Reader, out io.Writer) error {
	orders := listen(in)
	say := json.NewEncoder(out)
	job, err := hearJob(<-orders)
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(job.Workers)
	client, err := newClient(job)
	if err != nil {
		return say.Encode(failed{err.Error()})
	}
	warmUp := client.slots
	if warm := run(client, warmUp); len(warm.errors) > 0 {
		return say.Encode(failed{fmt.Sprintf("warming up failed: %v", warm.errors)})
	}
	client.endNewConnections()
	if err := say.Encode(readyLine(job, warmUp)); err != nil {
		return err
	}
	if order := <-orders; order != `"go"` {
		return fmt.Errorf("the harness was to say \"go\" and said %s", order)
	}
	started := now()
	seen := run(client, job.Workload.Requests)
	if err := say.Encode(finishedLine(started, now(), seen)); err != nil {
		return err
	}
	if order := <-orders; order != `"report"` {
		return fmt.Errorf("the harness was to say \"report\" and said %s", order)
	}
	return say.Encode(doneLine(seen))
}

// listen gives the lines of the harness. When they end, the harness is gone, and nothing of the trial may go on.
func listen(in io.Reader) <-chan string {
	orders := make(chan string)
	go func() {
		lines := bufio.NewScanner(in)
		lines.Buffer(nil, 64<<20)
		for lines.Scan() {
			orders <- lines.Text()
		}
		os.Exit(0)
	}()
	return orders
}

func hearJob(line string) (*job, error) {
	var order struct {
		Job *job `json:"job"`
	}
	if err := json.Unmarshal([]byte(line), &order); err != nil {
		return nil, fmt.Errorf("reading the job: %w", err)
	}
	if order.Job == nil || order.Job.Protocol != protocolVersion || len(order.Job.Targets) == 0 {
		return nil, errors.New("the harness was to give a job of protocol version 1 with targets")
	}
	return order.Job, nil
}
