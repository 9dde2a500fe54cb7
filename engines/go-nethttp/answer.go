package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
)

// expectation is what every answer to the job's path must be.
type expectation struct {
	status int
	// Whether the server is one of the user's: any success is right, and any body.
	unknown bool
	// Whether the answer is JSON that names the URL that was asked for.
	echoes bool
	// The length of every body; -1 until the first one has told it.
	length atomic.Int64
}

// expect reads it off the path, as go-httpbin's endpoints answer.
func expect(path, server string) *expectation {
	e := &expectation{status: http.StatusOK, unknown: server == "unknown"}
	e.length.Store(-1)
	path, _, _ = strings.Cut(path, "?")
	kind, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	number, err := strconv.Atoi(rest)
	switch {
	case kind == "get" || kind == "delay":
		e.echoes = true
	case kind == "status" && err == nil:
		e.status = number
	case kind == "bytes" && err == nil:
		e.length.Store(int64(number))
	}
	return e
}

// check compares an answer with it.
func (e *expectation) check(url string, status int, body []byte) error {
	if e.unknown {
		if status < 200 || status > 299 {
			return fmt.Errorf("status %d instead of 2xx", status)
		}
		return nil
	}
	if status != e.status {
		return fmt.Errorf("status %d instead of %d", status, e.status)
	}
	if e.echoes {
		var answer struct {
			URL string `json:"url"`
		}
		if err := json.Unmarshal(body, &answer); err != nil || answer.URL != url {
			return fmt.Errorf("the answer is to %q, %q was asked for", answer.URL, url)
		}
		// Ports have as many digits as they have: the length differs with the URL.
		return nil
	}
	length := int64(len(body))
	if !e.length.CompareAndSwap(-1, length) && e.length.Load() != length {
		return fmt.Errorf("%d bytes instead of %d", length, e.length.Load())
	}
	return nil
}
